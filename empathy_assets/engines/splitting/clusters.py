"""Leakage clusters: the records that must not be divided between splits, because one would give away the other.

Lives here: joining by near-duplicate cluster, work, pair, family and content. Must not live here: finding near-duplicates,
assigning splits.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl


def identity_keys() -> dict[str, pl.Expr]:
    """Return what ties records together besides likeness: name -> expression, empty string where a record has none."""
    labels, provenance = pl.col("labels").struct, pl.col("provenance").struct
    return {
        "content": pl.col("id"),
        "work": provenance.field("work_id").fill_null(""),
        "pair": labels.field("pair_id").fill_null(""),
        "family": labels.field("family_id").fill_null(""),
    }


def _root(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _unite(parent: list[int], groups: Iterable[list[int]]) -> None:
    """Union-find with path halving; the smaller row number becomes the root."""
    for rows in groups:
        first = _root(parent, rows[0])
        for row in rows[1:]:
            other = _root(parent, row)
            low, high = min(first, other), max(first, other)
            parent[high] = low
            first = low


def _groups(keys: pl.DataFrame) -> Iterable[list[int]]:
    """Return the row numbers of every key that at least two rows share."""
    shared = keys.filter(pl.col("key").is_not_null() & (pl.col("key").cast(pl.String) != "") & pl.col("key").is_duplicated())
    return shared.group_by("key", maintain_order=True).agg("row")["row"].to_list()


def leakage_clusters(frame: pl.DataFrame, near_duplicates: pl.DataFrame | None = None) -> pl.Series:
    """Return the cluster id of every row: rows connected by any chain of shared identity or likeness have the same.

    Args:
        frame: Conversations.
        near_duplicates: `row` (position in `frame`) and `cluster` of every row that has near-duplicates; rows left out have none.

    Returns:
        Series `cluster_id`: `k-` and the hash part of the cluster's smallest content id, the same for any order of the rows.
    """
    parent = list(range(frame.height))
    for key in identity_keys().values():
        _unite(parent, _groups(frame.select(pl.int_range(pl.len()).alias("row"), key.alias("key"))))
    if near_duplicates is not None and near_duplicates.height:
        _unite(parent, _groups(near_duplicates.select(pl.col("row").cast(pl.Int64), pl.col("cluster").alias("key"))))
    roots = np.fromiter((_root(parent, row) for row in range(frame.height)), dtype=np.int64, count=frame.height)
    named = frame.select("id").with_columns(pl.Series("root", roots))
    return named.select(pl.format("k-{}", pl.col("id").min().over("root").str.strip_prefix("c-")).alias("cluster_id")).to_series()
