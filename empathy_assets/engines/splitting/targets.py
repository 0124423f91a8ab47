"""Target counts of a split: exact totals by largest remainder, and per-stage counts that add up to them.

Lives here: apportionment. Must not live here: clusters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from empathy_assets.policy.load import numbers
from empathy_assets.records.conversation import SPLITS, Split

Counts = npt.NDArray[np.int64]


def policy_shares() -> dict[Split, Fraction]:
    """Return split -> exact share of `targets.toml`."""
    found = numbers("targets")
    return {split: Fraction(str(found[f"split.{split}"].value)) for split in SPLITS}


def largest_remainder(total: int, shares: Sequence[Fraction]) -> list[int]:
    """Return whole counts that add up to `total`, each within one of its exact share (Hamilton's method).

    Remainders that tie go to the earlier share. Shares need not add up to one; they are weights.
    """
    weight = sum(shares)
    if not weight:
        return [0] * len(shares)
    exact = [total * share / weight for share in shares]
    counts = [int(value) for value in exact]
    order = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for i in order[: total - sum(counts)]:
        counts[i] += 1
    return counts


def targets(sizes: Sequence[int], shares: Mapping[Split, Fraction]) -> Counts:
    """Return target counts, shape (stages, splits): rows add up to `sizes`, columns to the largest-remainder totals.

    Rows are rounded down first; the records left over go where the exact share is missed most while row and column have room (a greedy
    controlled rounding, off by less than one record per cell wherever the margins allow).
    """
    weights = list(shares.values())
    goal = np.array(largest_remainder(sum(sizes), weights), dtype=np.int64)
    exact = [[size * share / sum(weights) for share in weights] for size in sizes]
    counts = np.array([[int(value) for value in row] for row in exact], dtype=np.int64).reshape(len(sizes), len(weights))
    while counts.sum() < sum(sizes):
        rows, columns = np.array(sizes) - counts.sum(axis=1), goal - counts.sum(axis=0)
        open_ = [
            (counts[i, j] - exact[i][j], i, j) for i in range(len(sizes)) for j in range(len(weights)) if rows[i] > 0 and columns[j] > 0
        ]
        _, i, j = min(open_)
        counts[i, j] += 1
    return counts
