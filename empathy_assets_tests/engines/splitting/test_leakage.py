"""The leakage proof against planted leaks of every kind."""

import polars as pl
import pytest

from empathy_assets.engines.splitting.leakage import prove
from empathy_assets.records.arrow import set_fields
from empathy_assets_tests.engines.splitting.samples import release


def _divided(rows):
    """Positions of one record in train and one in test."""
    placed = rows.with_row_index("at")
    return [int(placed.filter(pl.col("split") == s)["at"][0]) for s in ("train", "test")]


def _nothing(rows):
    return pl.DataFrame(schema={"row": pl.UInt32, "cluster": pl.UInt32, "exact": pl.Boolean, "jaccard_to_representative": pl.Float64})


def test_a_clean_split_passes_and_says_what_was_looked_at():
    assert prove(release(), _nothing).passed
    assert "identity and likeness" in prove(release(), _nothing).reason
    alone = prove(release())
    assert alone.passed
    assert "identity only" in alone.reason


@pytest.mark.parametrize(
    ("tie", "column", "field"),
    [("work", "provenance", "work_id"), ("pair", "labels", "pair_id"), ("family", "labels", "family_id")],
)
def test_a_shared_identity_across_splits_is_found(tie, column, field):
    rows = release()
    a, b = _divided(rows)
    tied = pl.when(pl.int_range(pl.len()).is_in([a, b])).then(pl.lit("same")).otherwise(pl.lit(""))
    found = prove(rows.with_columns(set_fields(column, **{field: tied})), _nothing)
    assert not found.passed
    assert found.findings.select("tie", "key", "split_a", "split_b").rows() in (
        [(tie, "same", "train", "test")],
        [(tie, "same", "test", "train")],
    )
    assert tie in found.reason
    assert rows["id"][a] in found.reason


def test_one_dialogue_in_two_splits_and_a_divided_cluster_are_found():
    rows = release()
    twin = rows.filter(pl.col("split") == "train").head(1).with_columns(pl.lit("val").alias("split"))
    found = prove(pl.concat([rows, twin]), _nothing)
    assert sorted(found.findings["tie"]) == ["cluster", "content"]


def test_near_duplicates_across_splits_are_recomputed_and_the_worst_pair_is_named():
    rows = release()
    a, b = _divided(rows)
    c, d = (int(rows.with_row_index("at").filter(pl.col("split") == s)["at"][1]) for s in ("train", "test"))
    near = pl.DataFrame({"row": [a, b, c, d], "cluster": [1, 1, 2, 2], "jaccard_to_representative": [1.0, 0.81, 1.0, 0.93]})
    found = prove(rows, lambda _: near)
    assert found.findings["similarity"].to_list() == [0.93, 0.81]
    assert "worst: near-duplicate '2', similarity 0.930" in found.reason


def test_near_duplicates_within_one_split_are_no_leak():
    rows = release()
    inside = rows.with_row_index("at").filter(pl.col("split") == "train")["at"].head(2).to_list()
    near = pl.DataFrame({"row": inside, "cluster": [1, 1], "jaccard_to_representative": [1.0, 0.99]})
    assert prove(rows, near).passed
