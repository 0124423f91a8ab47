"""Baselines on a benchmark: what a keyword list, the length of a text and a hashed linear model reach where the detector is certified.

Lives here: their scores and figures. Must not live here: the list of words (`policy/lexicons/baseline.toml`) or any verdict.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.engines.certifying.curves import auc_interval, specificity_at
from empathy_assets.engines.scoring.logistic import auc
from empathy_assets.policy.load import table


class Baseline(BaseModel):
    """Figures of one method on the benchmark. A null figure could not be computed: the benchmark has one label only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Method.")
    auc: float | None = Field(description="Area under its ROC curve.")
    auc_lower: float = Field(description="Lower bound of the area's 95 % interval.")
    auc_upper: float = Field(description="Upper bound of it.")
    specificity: float | None = Field(description="Specificity at the threshold where it is as sensitive as the detector.")


def keyword_counts(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return how many words of the baseline's list each text holds."""
    words: list[str] = table("lexicons/baseline")["crisis"]
    pattern = re.compile("|".join(re.escape(word) for word in words))
    return np.array([len(pattern.findall(text.lower())) for text in texts], dtype=np.float64)


def word_counts(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the number of words of each text."""
    return np.array([len(text.split()) for text in texts], dtype=np.float64)


def compared(
    detector: NDArray[np.float64],
    linear: NDArray[np.float64] | None,
    texts: Sequence[str],
    labels: NDArray[np.bool_],
    sensitivity: float,
) -> list[Baseline]:
    """Return the detector's figures and those of the baselines, the detector first.

    Args:
        detector: Scores of the detector, shape (texts,).
        linear: Scores of its hashed linear tier alone, which is what TF-IDF with logistic regression amounts to; null without one.
        texts: The benchmark's texts.
        labels: Which of them are crises.
        sensitivity: Sensitivity of the detector at its threshold; the price of the same sensitivity is read off every method's curve.
    """
    methods = {"detector": detector, "hashed linear": linear, "keyword list": keyword_counts(texts), "length": word_counts(texts)}
    truth = labels.astype(np.float64)
    n_pos = int(labels.sum())
    found: list[Baseline] = []
    for name, scores in methods.items():
        if scores is None:
            continue
        area, price = auc(scores, truth), specificity_at(scores, truth, sensitivity)
        low, high = auc_interval(area, n_pos, len(labels) - n_pos)
        found.append(
            Baseline(
                name=name,
                auc=None if isnan(area) else area,
                auc_lower=low,
                auc_upper=high,
                specificity=None if isnan(price) else price,
            )
        )
    return found
