"""What the tests of several assets look at alike."""

import polars as pl


def assert_anchored(rows: pl.DataFrame, units: set[str]) -> None:
    """Passages carry licence, file hash, and a position in words and figures."""
    provenance = rows.unnest("provenance")
    assert rows.height > 5
    assert set(provenance["unit"]) <= units
    assert (provenance["anchor"] != "").all()
    assert provenance["file_sha256"].str.len_chars().eq(64).all()
    assert (rows["licence"] != "").all()
    assert (provenance["end"] >= provenance["start"]).all()


def assert_generated(rows: pl.DataFrame, plan: pl.DataFrame, asset: str) -> None:
    """Every planned row of the asset is there, once, written by the embedded backend."""
    made = rows.unnest("provenance")
    assert sorted(made["plan_row_id"]) == sorted(plan.filter(pl.col("asset") == asset)["row_id"])
    assert set(made["backend"]) == {"embedded"}


def assert_staged(rows: pl.DataFrame, stage: str) -> None:
    """Rows stand in their stage, prepared and scored with evidence."""
    scores = rows["scores"].struct.unnest()
    assert set(rows["stage"]) == {stage}
    assert scores["ears"].null_count() == 0
    assert scores["crisis"].null_count() == 0
    assert (scores["pii_residue"] == 0).all()
    assert scores["evidence"].list.len().max() > 0
