"""Curves of scores against labels: ROC, reliability, and the interval of an area under a curve.

Lives here: the points of a curve. Must not live here: drawing (`plotting`), thresholds, or texts.
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Array = NDArray[Any]

BINS = 10
"""Equally wide bins of a reliability curve, as in the expected calibration error."""


class ReliabilityBin(BaseModel):
    """One bin of a reliability curve: what was predicted on average, and the share that came true."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    predicted: float = Field(ge=0, le=1, description="Mean predicted probability.")
    observed: float = Field(ge=0, le=1, description="Share of rows with label 1.")
    n: int = Field(ge=1, description="Rows in the bin.")


def reliability(probabilities: Array, labels: Array, bins: int = BINS) -> list[ReliabilityBin]:
    """Return the bins that hold rows, lowest probability first.

    Args:
        probabilities: Shape (rows,), 0 to 1.
        labels: Shape (rows,), 0 or 1.
        bins: Equally wide bins between 0 and 1.
    """
    which = np.minimum((probabilities * bins).astype(int), bins - 1)
    return [
        ReliabilityBin(
            predicted=float(np.clip(probabilities[which == k].mean(), 0.0, 1.0)),
            observed=float(labels[which == k].mean()),
            n=int((which == k).sum()),
        )
        for k in range(bins)
        if (which == k).any()
    ]


def roc(scores: Array, labels: Array) -> tuple[Array, Array]:
    """Return (false alarm rate, sensitivity) at every distinct threshold, from (0, 0) to (1, 1); both empty when one label is absent."""
    positive = labels > 0.5
    if not positive.any() or positive.all():
        return np.zeros(0), np.zeros(0)
    order = np.argsort(-scores, kind="stable")
    # Rows of equal score are flagged together: only the last of each run is a point that a threshold can reach.
    last = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    found, alarms = np.cumsum(positive[order])[last], np.cumsum(~positive[order])[last]
    return np.append(0.0, alarms / alarms[-1]), np.append(0.0, found / found[-1])


def turns(alarms: Array, found: Array) -> list[tuple[float, float]]:
    """Return the points where a ROC curve turns, rounded to six digits: the rest lie on the straight lines between them."""
    points = [(round(float(x), 6), round(float(y), 6)) for x, y in zip(alarms, found, strict=True)]
    kept = points[:1]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        level, upright = before[1] == here[1] == after[1], before[0] == here[0] == after[0]
        if not level and not upright:
            kept.append(here)
    return [*kept, *points[1:][-1:]]


def specificity_at(scores: Array, labels: Array, sensitivity: float) -> float:
    """Return the best specificity among thresholds that reach `sensitivity`; nan when one label is absent."""
    alarms, found = roc(scores, labels)
    reached = found >= sensitivity - 1e-12
    return float(1.0 - alarms[reached].min()) if reached.any() else float("nan")


def auc_interval(auc: float, positives: int, negatives: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval of an area under a ROC curve (Hanley and McNeil 1982), cut to 0 to 1; (0, 1) when a label is absent."""
    if not positives or not negatives or not 0.0 <= auc <= 1.0:
        return 0.0, 1.0
    q1, q2 = auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc)
    spread = auc * (1 - auc) + (positives - 1) * (q1 - auc * auc) + (negatives - 1) * (q2 - auc * auc)
    half = z * sqrt(max(spread, 0.0) / (positives * negatives))
    return max(0.0, auc - half), min(1.0, auc + half)
