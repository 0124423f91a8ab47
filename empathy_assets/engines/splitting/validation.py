"""The statistics of a split: are shares exact, and do the splits look alike?

Lives here: measuring. Must not live here: assigning, or plotting what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.splitting.targets import policy_shares
from empathy_assets.policy.load import number
from empathy_assets.records.conversation import SPLITS

_SHARES = {"stage": pl.String, "split": pl.String, "records": pl.Int64, "share": pl.Float64, "off_pp": pl.Float64}


@dataclass(frozen=True, slots=True)
class SplitStatistics:
    """How even a split is.

    Attributes:
        passed: Every total share is within the tolerance for its size.
        worst_pp: Largest deviation of a total share, percentage points.
        tolerance_pp: What policy allows at this size.
        shares: `stage` (`all` for the total), `split`, `records`, `share` (0 to 1), `off_pp`.
        distances: `figure`, `split`, `distance` (0 alike, 1 disjoint) of each split from the whole release: Kolmogorov-Smirnov for words
            and EARS, total variation for source, kind, issue, category.
    """

    passed: bool
    worst_pp: float
    tolerance_pp: float
    shares: pl.DataFrame
    distances: pl.DataFrame


def _tolerance(size: int) -> float:
    large = size >= number("gates", "split.large")
    exact = number("gates", "split.tolerance_pp_large" if large else "split.tolerance_pp_small")
    # No split can be nearer than one record.
    return max(exact, 100.0 / max(size, 1))


def _shares(frame: pl.DataFrame) -> pl.DataFrame:
    wanted = policy_shares()
    rows: list[tuple[str, str, int, float, float]] = []
    groups = [("all", frame), *((str(stage), part) for (stage,), part in sorted(frame.group_by("stage"), key=lambda g: str(g[0])))]
    for stage, part in groups:
        counts = dict(part.group_by("split").len().iter_rows())
        for split in SPLITS:
            share = counts.get(split, 0) / max(part.height, 1)
            rows.append((stage, split, counts.get(split, 0), share, 100 * (share - float(wanted[split]))))
    return pl.DataFrame(rows, schema=_SHARES, orient="row")


def kolmogorov_smirnov(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    """Return the two-sample Kolmogorov-Smirnov distance, 0 (same) to 1 (disjoint); 0 where either is empty."""
    if not len(a) or not len(b):
        return 0.0
    grid = np.sort(np.concatenate([a, b]))  # looked up in order, which a processor is quick at
    below = [np.searchsorted(np.sort(x), grid, side="right") / len(x) for x in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


def total_variation(a: pl.Series, b: pl.Series) -> float:
    """Return half the sum of absolute differences between two distributions of categories, 0 (same) to 1 (disjoint)."""
    shares = [dict(s.value_counts(normalize=True).iter_rows()) for s in (a, b)]
    keys = sorted({*shares[0], *shares[1]}, key=str)
    return 0.5 * sum(abs(shares[0].get(k, 0.0) - shares[1].get(k, 0.0)) for k in keys)


def _distances(frame: pl.DataFrame) -> pl.DataFrame:
    labels, scores = pl.col("labels").struct, pl.col("scores").struct
    numeric = frame.select("split", scores.field("words").cast(pl.Float64), scores.field("ears"))
    named = frame.select("split", "source", *(labels.field(name).fill_null("") for name in ("kind", "issue", "category")))
    rows: list[tuple[str, str, float]] = []
    for split in SPLITS:
        inside = pl.col("split") == split
        for name in ("words", "ears"):
            whole, part = (f[name].drop_nulls().to_numpy() for f in (numeric, numeric.filter(inside)))
            rows.append((name, split, kolmogorov_smirnov(whole, part)))
        rows += [
            (name, split, total_variation(named[name], named.filter(inside)[name])) for name in ("source", "kind", "issue", "category")
        ]
    return pl.DataFrame(rows, schema={"figure": pl.String, "split": pl.String, "distance": pl.Float64}, orient="row").sort(
        "figure", "split"
    )


def validate(frame: pl.DataFrame) -> SplitStatistics:
    """Return the statistics of a split release (SplitConversation schema)."""
    shares = _shares(frame)
    worst = float(shares.filter(pl.col("stage") == "all").select(pl.col("off_pp").abs().max()).item() or 0.0) if frame.height else 0.0
    allowed = _tolerance(frame.height)
    return SplitStatistics(passed=worst <= allowed, worst_pp=worst, tolerance_pp=allowed, shares=shares, distances=_distances(frame))
