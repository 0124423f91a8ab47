"""The leakage proof: an independent second look at a finished split, which trusts no cluster id.

It recomputes what ties records together (content, work, pair, family, likeness) and lists every tie between two splits. Must not live here:
clusters or assignment, whose mistakes this is to find.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from empathy_assets.policy.load import number

_FINDINGS = {
    "tie": pl.String,
    "key": pl.String,
    "similarity": pl.Float64,
    "id_a": pl.String,
    "split_a": pl.String,
    "id_b": pl.String,
    "split_b": pl.String,
}

NearDuplicates = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class LeakageProof:
    """What the proof found.

    Attributes:
        passed: No more ties across splits than policy allows (none).
        findings: One row per tie between two splits, worst first: `tie` (near-duplicate, content, work, pair, family or cluster), `key`,
            `similarity` (0 to 1; 1 for shared identity), `id_a`, `split_a`, `id_b`, `split_b`.
        reason: The result in words; names the worst pair when there is one.
    """

    passed: bool
    findings: pl.DataFrame
    reason: str


def _ties() -> dict[str, pl.Expr]:
    labels, provenance = pl.col("labels").struct, pl.col("provenance").struct
    return {
        "content": pl.col("id"),
        "work": provenance.field("work_id"),
        "pair": labels.field("pair_id"),
        "family": labels.field("family_id"),
        "cluster": pl.col("cluster_id"),
    }


def _across(members: pl.DataFrame, tie: str) -> pl.DataFrame:
    """Return for each key whose members stand in different splits the most alike two of them that do."""
    held = members.filter(pl.col("key").is_not_null() & (pl.col("key").cast(pl.String) != ""))
    divided = held.filter(pl.col("split").n_unique().over("key") > 1).sort(["key", "similarity", "id"], descending=[False, True, False])
    first = divided.group_by("key", maintain_order=True).first()
    other = (
        divided.join(first.select("key", pl.col("split").alias("split_a"), pl.col("id").alias("id_a")), on="key", maintain_order="left")
        .filter(pl.col("split") != pl.col("split_a"))
        .group_by("key", maintain_order=True)
        .first()
    )
    return other.select(
        pl.lit(tie).alias("tie"),
        pl.col("key").cast(pl.String),
        "similarity",
        "id_a",
        "split_a",
        pl.col("id").alias("id_b"),
        pl.col("split").alias("split_b"),
    ).cast(_FINDINGS)  # pyright: ignore[reportArgumentType] - a schema mapping is accepted


def _likeness(frame: pl.DataFrame, near: pl.DataFrame) -> pl.DataFrame:
    rows = frame.select(pl.int_range(pl.len()).alias("row"), "id", "split")
    found = near.select(
        pl.col("row").cast(pl.Int64), pl.col("cluster").alias("key"), pl.col("jaccard_to_representative").alias("similarity")
    )
    return _across(found.join(rows, on="row"), "near-duplicate")


def prove(frame: pl.DataFrame, near_duplicates: NearDuplicates | pl.DataFrame | None = None) -> LeakageProof:
    """Return whether any two records in different splits belong together, with the worst pair.

    Args:
        frame: The split release (SplitConversation schema).
        near_duplicates: What finds near-duplicates anew, `(frame) -> row, cluster, jaccard_to_representative`, or its result for `frame`;
            null proves identity ties only, and the reason says so.
    """
    members = {name: frame.select("id", "split", key.alias("key"), pl.lit(1.0).alias("similarity")) for name, key in _ties().items()}
    found = [_across(rows, name) for name, rows in members.items()]
    if near_duplicates is not None:
        near = near_duplicates if isinstance(near_duplicates, pl.DataFrame) else near_duplicates(frame)
        found.append(_likeness(frame, near))
    findings = pl.concat(found).sort(["similarity", "tie", "key"], descending=[True, False, False])
    passed = findings.height <= int(number("gates", "leakage.max_pairs"))
    looked = "identity and likeness" if near_duplicates is not None else "identity only (no near-duplicate search was given)"
    if findings.height:
        worst = findings.row(0, named=True)
        reason = (
            f"{findings.height} ties across splits by {looked}; worst: {worst['tie']} {worst['key']!r}, "
            f"similarity {worst['similarity']:.3f}, {worst['id_a']} in {worst['split_a']} and {worst['id_b']} in {worst['split_b']}"
        )
    else:
        reason = f"no tie across splits by {looked} among {frame.height} records"
    return LeakageProof(passed=passed, findings=findings, reason=reason)
