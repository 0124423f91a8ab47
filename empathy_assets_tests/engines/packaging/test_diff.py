"""The difference between two packages."""

import polars as pl

from empathy_assets.engines.packaging.diff import compare, diff_packages
from empathy_assets.engines.packaging.package import write_package
from empathy_assets.engines.packaging.verify import read_records
from empathy_assets.records.arrow import set_fields
from empathy_assets_tests.engines.packaging.samples import built, context


def test_equal_packages_do_not_differ(tmp_path):
    for name in ("a", "b"):
        write_package(*built(), tmp_path / name, context())
    found = diff_packages(tmp_path / "a", tmp_path / "b")
    assert (found.added.height, found.removed.height, found.changed.height) == (0, 0, 0)
    assert found.summary == "0 added, 0 removed, 0 changed, 40 unchanged; drifted: nothing"


def test_added_removed_relabelled_and_rewritten_records_are_told_apart(tmp_path):
    write_package(*built(), tmp_path / "a", context())
    old = read_records(tmp_path / "a").sort("id")
    first, second = old["id"][0], old["id"][1]
    new = old.tail(39).with_columns(
        pl.when(pl.col("id") == second).then(pl.lit("c-rewritten")).otherwise("id").alias("id"),
        pl.when(pl.col("id") == old["id"][2]).then(pl.lit("MIT")).otherwise("licence").alias("licence"),
    )
    fresh = old.tail(1).with_columns(pl.lit("c-new").alias("id"), set_fields("provenance", plan_row_id="another"))
    found = compare(old, pl.concat([new, fresh]))
    assert found.removed["id"].to_list() == [first]
    assert found.added["id"].to_list() == ["c-new"]
    assert dict(found.changed.rows()) == {"c-rewritten": ["content"], old["id"][2]: ["licence"]}
    assert found.summary.startswith("1 added, 1 removed, 2 changed, 37 unchanged")
