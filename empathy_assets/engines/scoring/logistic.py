"""Logistic regression in numpy: the one optimiser, calibration and figures that both judges are trained and measured with.

Lives here: fitting a (weighted, L2-regularised) logistic model on hashed columns, one-dimensional calibration, AUC and calibration error.
Must not live here: what a text or a label is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.features import Columns

Array = NDArray[Any]
Objective = Callable[[Array], tuple[float, Array]]


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def minimise(objective: Objective, start: Array, *, iterations: int = 60, memory: int = 8) -> Array:
    """Return an approximate minimum by L-BFGS with backtracking (Nocedal and Wright 2006, algorithm 7.5)."""
    x = start.copy()
    value, gradient = objective(x)
    pairs: list[tuple[Array, Array]] = []
    for _ in range(iterations):
        direction = _two_loop(gradient, pairs)
        slope = float(gradient @ direction)
        if slope > -1e-12:
            break
        step = 1.0 if pairs else min(1.0, 1.0 / (float(np.abs(gradient).sum()) + 1e-12))
        candidate = x + step * direction
        new_value, new_gradient = objective(candidate)
        while new_value > value + 1e-4 * step * slope and step > 1e-9:
            step *= 0.5
            candidate = x + step * direction
            new_value, new_gradient = objective(candidate)
        s, y = candidate - x, new_gradient - gradient
        if float(s @ y) > 1e-12:
            pairs = [*pairs[-(memory - 1) :], (s, y)]
        done = value - new_value < 1e-7 * max(1.0, abs(value))
        x, value, gradient = candidate, new_value, new_gradient
        if done:
            break
    return x


def _two_loop(gradient: Array, pairs: list[tuple[Array, Array]]) -> Array:
    """Return the quasi-Newton direction from the stored steps."""
    q = -gradient
    if not pairs:
        return q
    alphas: list[float] = []
    for s, y in reversed(pairs):
        alpha = float(s @ q) / float(s @ y)
        alphas.append(alpha)
        q = q - alpha * y
    s, y = pairs[-1]
    q = q * (float(s @ y) / float(y @ y))
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        q = q + (alpha - float(y @ q) / float(s @ y)) * s
    return q


def fit(columns: Columns, extra: Array, labels: Array, weights: Array, *, l2: float, iterations: int = 60) -> tuple[Array, Array, float]:
    """Return (weights of the hashed columns, weights of the dense extra columns, intercept).

    Args:
        columns: Hashed features.
        extra: Dense features, shape (rows, k); k may be 0.
        labels: 0 or 1 (soft labels allowed).
        weights: Weight of each row; rescaled to mean 1.
        l2: Strength of the penalty on all weights but the intercept, per row.
        iterations: Most steps of the optimiser.
    """
    n, k = int(extra.shape[0]), int(extra.shape[1])
    share = weights / weights.sum()
    # Only columns that occur are optimised: most of the hashed table is empty for a small source.
    present, place = np.unique(columns.columns, return_inverse=True)
    width = int(present.size)

    def objective(theta: Array) -> tuple[float, Array]:
        coefficient, dense, bias = theta[:width], theta[width:-1], theta[-1]
        z = np.bincount(columns.rows, weights=columns.values * coefficient[place], minlength=n) + extra @ dense + bias
        loss = np.logaddexp(0.0, z) - labels * z
        residual = share * (sigmoid(z) - labels)
        penalty = l2 / n
        hashed = np.bincount(place, weights=columns.values * residual[columns.rows], minlength=width)
        gradient = np.concatenate([hashed + penalty * coefficient, extra.T @ residual + penalty * dense, [residual.sum()]])
        return float(share @ loss) + 0.5 * penalty * float(theta[:-1] @ theta[:-1]), gradient

    start: Array = np.zeros(int(width + k + 1), dtype=np.float64)
    theta = minimise(objective, start, iterations=iterations)
    full = np.zeros(columns.n_columns, dtype=np.float32)
    full[present] = theta[:width]
    return full, theta[width:-1], float(theta[-1])


def platt(scores: Array, labels: Array, weights: Array) -> tuple[float, float]:
    """Return (slope, offset) so that sigmoid(slope * score + offset) is a calibrated probability (Platt 1999)."""
    centre, spread = float(scores.mean()), float(scores.std()) or 1.0
    z = (scores - centre) / spread
    share = weights / weights.sum()

    def objective(theta: Array) -> tuple[float, Array]:
        logit = theta[0] * z + theta[1]
        residual = share * (sigmoid(logit) - labels)
        loss = float(share @ (np.logaddexp(0.0, logit) - labels * logit)) + 1e-4 * float(theta @ theta)
        return loss, np.array([residual @ z, residual.sum()]) + 2e-4 * theta

    slope, offset = minimise(objective, np.array([1.0, 0.0]))
    return float(slope / spread), float(offset - slope * centre / spread)


def auc(scores: Array, labels: Array) -> float:
    """Return the area under the ROC curve, ties counted half; nan when one class is absent."""
    positive = int((labels > 0.5).sum())
    negative = len(labels) - positive
    if not positive or not negative:
        return float("nan")
    _, inverse, count = np.unique(scores, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2.0)[inverse]
    return float((rank[labels > 0.5].sum() - positive * (positive + 1) / 2.0) / (positive * negative))


def calibration_error(probabilities: Array, labels: Array, bins: int = 10) -> float:
    """Return the expected calibration error over equally wide bins (Naeini et al. 2015)."""
    which = np.minimum((probabilities * bins).astype(int), bins - 1)
    total = np.bincount(which, minlength=bins)
    gap = np.abs(np.bincount(which, weights=probabilities, minlength=bins) - np.bincount(which, weights=labels, minlength=bins))
    return float(gap[total > 0].sum() / max(len(labels), 1))
