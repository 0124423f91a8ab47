"""Tests of the `dataset` decorator, and of every asset it made, called as a function."""

from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest

from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.io_manager import RECORD_KEY, ParquetIOManager
from empathy_assets.adapters.settings import Settings
from empathy_assets.definitions import build_defs
from empathy_assets.defs.dataset import Outcome, dataset, inline_png, preview, table
from empathy_assets.defs.lineage import Lineage
from empathy_assets.defs.resources import workspace_of
from empathy_assets.records.arrow import conform, to_frame
from empathy_assets.records.catalog import RECORDS
from empathy_assets.records.reject import Reject
from empathy_assets_tests.conftest import Built

ASSETS = sorted(key.to_user_string() for key in build_defs(Settings()).resolve_asset_graph().get_all_asset_keys())
ROWS = to_frame([Reject(source="books", file="a|b.pdf", reason="encrypted", detail="x" * 300)], Reject)


@dataset(Reject, group="sourcing", kinds={"file"}, lineage=Lineage(carried=("base",)), tags={"empathy/stage": "1"})
def example(base: pl.DataFrame) -> Outcome:
    """Rejects for a test."""
    return Outcome(base, {"answer": 42}, {"plot": b"png"})


def test_inputs_stay_and_the_standard_metadata_is_added() -> None:
    assert [key.to_user_string() for key in example.dependency_keys] == ["base"]
    result, again = example(ROWS), example(ROWS)
    assert isinstance(result, dg.MaterializeResult)
    assert isinstance(again, dg.MaterializeResult)
    assert result.value.equals(ROWS)
    metadata: Any = result.metadata
    assert metadata["answer"] == 42
    assert metadata["duration_seconds"] >= 0
    assert "data:image/png;base64," in metadata["plot"].md_str
    assert "file" in metadata["dagster/column_lineage"].deps_by_column
    assert result.data_version == again.data_version


def test_the_asset_is_owned_grouped_typed_and_versioned() -> None:
    spec = example.get_asset_spec()
    assert (spec.group_name, spec.owners, spec.description) == ("sourcing", ["team:datasets"], "Rejects for a test.")
    assert {name: value for name, value in spec.tags.items() if name.startswith("empathy/")} == {
        "empathy/layer": "source",
        "empathy/stage": "1",
    }
    assert spec.freshness_policy is not None
    assert spec.kinds == {"polars", "parquet", "file"}
    assert [c.name for c in spec.metadata["dagster/column_schema"].columns] == list(Reject.model_fields)


def test_previews_are_cut_and_safe_in_markdown() -> None:
    shown = preview(ROWS)
    assert "a\\|b.pdf" in shown
    assert "…" in shown
    assert preview(ROWS.clear()) == "_no rows_"
    assert table(ROWS.clear()).md_str == "_none_"
    assert inline_png("mix", b"x") == "![mix](data:image/png;base64,eA==)"


# `academic_findings` asks its run for the edition of the week, and a call has no run; its own test looks at what a build left.
@pytest.mark.parametrize("asset", [asset for asset in ASSETS if asset != "academic_findings"])
def test_every_asset_called_as_a_function_on_the_same_inputs_gives_what_is_stored(asset: str, built: Built) -> None:
    nodes = build_defs(built.settings).resolve_asset_graph()
    node = nodes.get(dg.AssetKey([asset]))

    def stored(key: dg.AssetKey) -> pl.DataFrame:
        return built.table(key.to_user_string(), "next" if nodes.get(key).is_partitioned else None)

    tables = {parent.to_user_string().replace("-", "_"): stored(parent) for parent in node.parent_keys}
    context = dg.build_asset_context(partition_key="next" if node.is_partitioned else None)
    result: Any = node.assets_def(context, workspace=workspace_of(built.settings), **tables)
    assert conform(result.value, RECORDS[node.metadata[RECORD_KEY]], name=asset).equals(stored(node.key))
    assert result.data_version == dg.DataVersion(fingerprint(result.value))
    assert result.metadata["duration_seconds"] >= 0
    assert result.metadata["preview"].md_str.startswith("| ")


def test_unchanged_inputs_leave_what_follows_fresh(tmp_path: Path) -> None:
    landed = {"rows": ROWS}

    @dataset(Reject, group="sourcing")
    def source() -> Outcome:
        return Outcome(landed["rows"])

    @dataset(Reject, group="stages")
    def after(source: pl.DataFrame) -> Outcome:
        return Outcome(source)

    graph = dg.Definitions(assets=[source, after], resources={"io_manager": ParquetIOManager(root_uri=str(tmp_path))})
    with dg.DagsterInstance.ephemeral() as instance:

        def status() -> str:
            resolver = CachingStaleStatusResolver(instance, graph.resolve_asset_graph(), LoadingContextForTest(instance))
            return resolver.get_status(after.key).value

        def materialise(*assets: dg.AssetsDefinition) -> None:
            assert dg.materialize([source, after], selection=list(assets), instance=instance, resources=dict(graph.resources or {})).success

        materialise(source, after)
        assert status() == "FRESH"
        materialise(source)  # read again, the same rows
        assert status() == "FRESH"
        landed["rows"] = pl.concat([ROWS, ROWS])
        materialise(source)
        assert status() == "STALE"
