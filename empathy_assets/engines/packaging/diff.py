"""The difference between two packages: which records came, went or changed, and how the whole has drifted.

Lives here: comparing. Must not live here: reading manifests or files (`verify`), the index of drift (`drift`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets.engines.packaging.drift import distributions, drift
from empathy_assets.engines.packaging.verify import read_records

_COMPARED = ("stage", "source", "licence", "split", "labels", "scores", "exempt_from", "schema_version")


@dataclass(frozen=True, slots=True)
class PackageDiff:
    """What lies between an old and a new package.

    Attributes:
        added: `id`, `stage`, `source`, `split` of records only the new one has.
        removed: The same of records only the old one has.
        changed: `id`, `fields` (names of the metadata that differ, or `content` where the same record of the same file has other words).
        drift: Rows of `drift.drift`, most drifted first.
        summary: All of it in one line.
    """

    added: pl.DataFrame
    removed: pl.DataFrame
    changed: pl.DataFrame
    drift: list[dict[str, Any]]
    summary: str


def _place() -> pl.Expr:
    """Return what names a record independently of its words: source, file and the source's own id; null where it has none."""
    prov = pl.col("provenance").struct
    own = pl.concat_str(prov.field("record_id"), prov.field("plan_row_id"))
    return pl.when(own != "").then(pl.concat_str("source", prov.field("file"), own, prov.field("start").cast(pl.String), separator="|"))


def compare(old: pl.DataFrame, new: pl.DataFrame) -> PackageDiff:
    """Return the difference between two sets of records (`verify.read_records`)."""
    sides = [frame.with_columns(_place().alias("place")).unique("id", keep="first", maintain_order=True).sort("id") for frame in (old, new)]
    a, b = sides
    shown = ("id", "stage", "source", "split")
    gone, come = a.join(b, on="id", how="anti"), b.join(a, on="id", how="anti")
    held = gone.filter(pl.col("place").is_not_null()).unique("place", keep="first", maintain_order=True)
    rewritten = (
        come.join(held.select("place", pl.col("id").alias("id_old")), on="place")
        .sort("id")
        .unique("place", keep="first", maintain_order=True)
    )
    both = a.join(b, on="id", suffix="_new")
    differs = [pl.when(pl.col(name).ne_missing(pl.col(f"{name}_new"))).then(pl.lit(name)).alias(f"differs_{name}") for name in _COMPARED]
    fields = both.select("id", pl.concat_list(differs).list.drop_nulls().alias("fields")).filter(pl.col("fields").list.len() > 0)
    words = rewritten.select("id", pl.concat_list(pl.lit("content")).alias("fields"))
    changed = pl.concat([fields, words]).sort("id")
    added = come.join(rewritten, on="id", how="anti").select(shown).sort("id")
    removed = gone.join(rewritten.select(pl.col("id_old").alias("id")), on="id", how="anti").select(shown).sort("id")
    moved = drift(distributions(old), distributions(new)) if old.height and new.height else []
    shifted = [row["figure"] for row in moved if row["shifted"]]
    summary = (
        f"{added.height} added, {removed.height} removed, {changed.height} changed, {both.height - fields.height} unchanged; "
        f"drifted: {', '.join(shifted) or 'nothing'}"
    )
    return PackageDiff(added=added, removed=removed, changed=changed, drift=moved, summary=summary)


def diff_packages(old: Path, new: Path) -> PackageDiff:
    """Return the difference between the packages in two folders."""
    return compare(read_records(old), read_records(new))
