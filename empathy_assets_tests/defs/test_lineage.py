"""Tests of column lineage."""

import dagster as dg

from empathy_assets.defs.lineage import Lineage
from empathy_assets.records.package import PackageFile


def test_columns_are_handed_on_unless_they_are_made() -> None:
    found = Lineage(carried=("one", "two"), made={"rows": {"one": ("id", "split")}, "bytes": {}}).of(PackageFile).deps_by_column
    assert set(found) == {"name", "sha256", "rows"}
    assert found["name"] == [dg.TableColumnDep(dg.AssetKey([asset]), "name") for asset in ("one", "two")]
    assert [(dep.asset_key.to_user_string(), dep.column_name) for dep in found["rows"]] == [("one", "id"), ("one", "split")]


def test_what_is_read_from_outside_has_none() -> None:
    assert Lineage().of(PackageFile).deps_by_column == {}
