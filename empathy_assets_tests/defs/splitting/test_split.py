"""Tests of the split of a build."""

import polars as pl

from empathy_assets_tests.conftest import Built


def test_shares_are_exact_and_clusters_whole(built: Built) -> None:
    rows = built.table("split", "next")
    assert dict(rows.group_by("split").len().iter_rows()) == {"train": 210, "val": 45, "test": 45}
    assert rows.group_by("cluster_id").agg(pl.col("split").n_unique())["split"].max() == 1


def test_a_book_or_talk_is_in_one_split_only(built: Built) -> None:
    work = pl.col("provenance").struct.field("work_id")
    works = built.table("split", "next").filter(work != "").group_by(work).agg(pl.col("split").n_unique())
    assert works.height > 5
    assert works["split"].max() == 1
