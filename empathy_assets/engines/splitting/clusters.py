"""Leakage clusters: the records that must not be divided between splits, because one would give away the other.

Lives here: joining by near-duplicate cluster, work, pair, family and content. Must not live here: finding near-duplicates,
assigning splits.
"""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.deduplicating.cluster import components


def identity_keys() -> dict[str, pl.Expr]:
    """Return what ties records together besides likeness: name -> expression, empty string where a record has none."""
    labels, provenance = pl.col("labels").struct, pl.col("provenance").struct
    return {
        "content": pl.col("id"),
        "work": provenance.field("work_id").fill_null(""),
        "pair": labels.field("pair_id").fill_null(""),
        "family": labels.field("family_id").fill_null(""),
    }


def _ties(keys: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that share a `key` with an earlier `row`, each with the `first` row of that key."""
    named = keys.filter(pl.col("key").is_not_null() & (pl.col("key").cast(pl.String) != ""))
    return named.select("row", pl.col("row").first().over("key").alias("first")).filter(pl.col("row") != pl.col("first"))


def leakage_clusters(frame: pl.DataFrame, near_duplicates: pl.DataFrame | None = None) -> pl.Series:
    """Return the cluster id of every row: rows connected by any chain of shared identity or likeness have the same.

    Args:
        frame: Conversations.
        near_duplicates: `row` (position in `frame`) and `cluster` of every row that has near-duplicates; rows left out have none.

    Returns:
        Series `cluster_id`: `k-` and the hash part of the cluster's smallest content id, the same for any order of the rows.
    """
    ties = [_ties(frame.select(pl.int_range(pl.len()).alias("row"), key.alias("key"))) for key in identity_keys().values()]
    if near_duplicates is not None:
        ties.append(_ties(near_duplicates.select(pl.col("row").cast(pl.Int64), pl.col("cluster").alias("key"))))
    tied = pl.concat(ties)
    named = frame.select("id").with_columns(
        pl.Series("root", components(frame.height, *(tied[end].to_numpy() for end in ("row", "first"))))
    )
    return named.select(pl.format("k-{}", pl.col("id").min().over("root").str.strip_prefix("c-")).alias("cluster_id")).to_series()
