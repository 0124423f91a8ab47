"""Tests of the `dataset` decorator."""

import dagster as dg
import polars as pl

from empathy_assets.defs.dataset import Outcome, dataset, inline_png, preview, table
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.reject import Reject

ROWS = to_frame([Reject(source="books", file="a|b.pdf", reason="encrypted", detail="x" * 300)], Reject)


@dataset(Reject, group="sourcing", kinds={"file"})
def example(base: pl.DataFrame) -> Outcome:
    """Rejects for a test."""
    return Outcome(base, {"answer": 42}, {"plot": b"png"})


def test_inputs_stay_and_the_standard_metadata_is_added() -> None:
    assert [key.to_user_string() for key in example.dependency_keys] == ["base"]
    result = example(ROWS)
    assert isinstance(result, dg.MaterializeResult)
    assert result.value.equals(ROWS)
    assert result.metadata["answer"] == 42
    assert result.metadata["duration_seconds"] >= 0
    assert "data:image/png;base64," in result.metadata["plot"].md_str
    assert result.data_version == example(ROWS).data_version


def test_the_asset_is_owned_grouped_typed_and_versioned() -> None:
    spec = example.get_asset_spec()
    assert (spec.group_name, spec.owners, spec.description) == ("sourcing", ["team:datasets"], "Rejects for a test.")
    assert spec.kinds == {"polars", "parquet", "file"}
    assert [c.name for c in spec.metadata["dagster/column_schema"].columns] == list(Reject.model_fields)


def test_previews_are_cut_and_safe_in_markdown() -> None:
    shown = preview(ROWS)
    assert "a\\|b.pdf" in shown
    assert "…" in shown
    assert preview(ROWS.clear()) == "_no rows_"
    assert table(ROWS.clear()).md_str == "_none_"
    assert inline_png("mix", b"x") == "![mix](data:image/png;base64,eA==)"
