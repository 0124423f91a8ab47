"""Drift between two releases: how far the distributions of one have moved from the other's.

Lives here: binning and the population stability index. Must not live here: which records changed (`diff`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

import polars as pl

from empathy_assets.policy.load import number

_EPSILON = 1e-4  # share given to an empty bin, as is customary: the index has no value for zero
_WORDS = (50, 100, 150, 200, 300, 400, 600, 800, 1200, 2000)
_EARS = tuple(i / 20 for i in range(1, 20))


def _binned(column: pl.Expr, edges: Sequence[float]) -> pl.Expr:
    """Return the name of the bin a figure falls into, in the order of the edges when sorted as text."""
    found = pl.lit(f"{len(edges):02d}: > {edges[-1]:g}")
    for place, edge in reversed(list(enumerate(edges))):
        found = pl.when(column <= edge).then(pl.lit(f"{place:02d}: <= {edge:g}")).otherwise(found)
    return pl.when(column.is_not_null()).then(found)


def distributions(frame: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Return figure -> bin -> share of the records (0 to 1) for stage, source, licence, kind, issue, category, words and EARS."""
    labels, scores = pl.col("labels").struct, pl.col("scores").struct
    figures = {
        "stage": pl.col("stage"),
        "source": pl.col("source"),
        "licence": pl.col("licence"),
        "kind": labels.field("kind"),
        "issue": labels.field("issue"),
        "category": labels.field("category"),
        "words": _binned(scores.field("words"), _WORDS),
        "ears": _binned(scores.field("ears"), _EARS),
    }
    found: dict[str, dict[str, float]] = {}
    for name, column in figures.items():
        counts = frame.select(column.fill_null("").alias("bin")).group_by("bin").len().sort("bin")
        found[name] = {str(value): round(n / frame.height, 8) for value, n in counts.iter_rows()}
    return found


def stability_index(old: Mapping[str, float], new: Mapping[str, float]) -> float:
    """Return the population stability index, 0 (same) upwards: sum of (new - old) * ln(new / old) over the bins."""
    total = 0.0
    for name in sorted({*old, *new}):
        a, b = max(old.get(name, 0.0), _EPSILON), max(new.get(name, 0.0), _EPSILON)
        total += (b - a) * log(b / a)
    return total


def drift(old: Mapping[str, Mapping[str, float]], new: Mapping[str, Mapping[str, float]]) -> list[dict[str, Any]]:
    """Return one row per figure that both have, most drifted first.

    Each holds `figure`, `psi`, `shifted` (beyond policy's bound), `most_moved` (bin) and `by` (change of that bin's share).
    """
    bound = number("gates", "package.drift_psi")
    rows: list[dict[str, Any]] = []
    for figure in sorted({*old} & {*new}):
        a, b = old[figure], new[figure]
        moved = {name: b.get(name, 0.0) - a.get(name, 0.0) for name in sorted({*a, *b})}
        most = max(moved, key=lambda name: (abs(moved[name]), name)) if moved else ""
        index = stability_index(a, b)
        rows.append(
            {"figure": figure, "psi": round(index, 6), "shifted": index > bound, "most_moved": most, "by": round(moved.get(most, 0.0), 6)}
        )
    return sorted(rows, key=lambda row: (-row["psi"], row["figure"]))
