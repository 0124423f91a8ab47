"""The certificate of a crisis detector: its figures on a labelled benchmark, and whether they keep the promise.

Lives here: the measurement and the verdict. Must not live here: the benchmark, its reading, or the refusal of a release.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.engines.certifying.curves import ReliabilityBin, reliability, roc, turns
from empathy_assets.engines.certifying.wilson import wilson_interval
from empathy_assets.engines.scoring.logistic import auc, calibration_error
from empathy_assets.policy.load import number


class Detector(Protocol):
    """What a certificate can be made out for."""

    version: str
    threshold: float

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return one score per text."""
        ...


class CategoryFigures(BaseModel):
    """Share judged rightly in one category of one label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: str = Field(description="Category as the benchmark names it.")
    crisis: bool = Field(description="True: share flagged of crisis texts; false: share not flagged of other texts.")
    n: int = Field(ge=0, description="Texts.")
    right: int = Field(ge=0, description="Texts judged rightly.")
    share: float = Field(ge=0, le=1, description="right / n.")
    lower: float = Field(ge=0, le=1, description="Lower bound of the 95 % Wilson interval of the share.")
    upper: float = Field(default=1.0, ge=0, le=1, description="Upper bound of it.")


class Certificate(BaseModel):
    """Figures of one detector version on one benchmark. `passed` is the promise: lower bound of sensitivity and specificity both kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    detector_version: str = Field(description="Version of the detector that was measured.")
    data_sha256: str = Field(description="SHA-256 over the benchmark's texts and labels.")
    threshold: float = Field(ge=0, le=1, description="Threshold the figures belong to.")
    n_pos: int = Field(ge=0, description="Crisis texts.")
    n_neg: int = Field(ge=0, description="Other texts.")
    sensitivity: float = Field(ge=0, le=1, description="Share of the crisis texts that were flagged.")
    sensitivity_lower: float = Field(ge=0, le=1, description="Lower bound of its 95 % Wilson interval.")
    specificity: float = Field(ge=0, le=1, description="Share of the other texts that were not flagged.")
    specificity_lower: float = Field(ge=0, le=1, description="Lower bound of its 95 % Wilson interval.")
    sensitivity_upper: float = Field(default=1.0, ge=0, le=1, description="Upper bound of the sensitivity's interval.")
    specificity_upper: float = Field(default=1.0, ge=0, le=1, description="Upper bound of the specificity's interval.")
    auc: float | None = Field(default=None, description="Area under the ROC curve; null without both labels.")
    calibration_error: float | None = Field(default=None, description="Expected calibration error of the scores over ten bins.")
    per_category: list[CategoryFigures] = Field(default_factory=list, description="The same per category and label.")
    roc: list[tuple[float, float]] = Field(default_factory=list, description="(false alarm rate, sensitivity) where the ROC curve turns.")
    reliability: list[ReliabilityBin] = Field(default_factory=list, description="Predicted and observed share of crisis, per bin of score.")
    passed: bool = Field(description="Whether a release may rely on this detector.")
    reason: str = Field(description="Why, with the figures compared.")


def benchmark_sha256(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of a benchmark's texts, labels and categories, whatever the order of its rows."""
    lines = sorted(json.dumps([row["text"], int(row["label"]), row.get("category") or ""], ensure_ascii=True) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def labelled(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows a certificate counts: those whose label is known."""
    return [row for row in rows if row.get("label") is not None]


def certify(detector: Detector, rows: Sequence[Mapping[str, Any]], scores: NDArray[np.float64] | None = None) -> Certificate:
    """Return the certificate of `detector` on `rows`.

    Args:
        detector: Anything with `version`, `threshold` and `score`.
        rows: Mappings with `text`, `label` (1 crisis, 0 not; rows with null are left out) and `category`.
        scores: What the detector gave `labelled(rows)`, where that was computed already; null: it is asked.
    """
    known = labelled(rows)
    label = np.array([bool(row["label"]) for row in known], dtype=bool)
    if scores is None:
        scores = detector.score([str(row["text"]) for row in known]) if known else np.zeros(0)
    flagged = scores >= detector.threshold
    n_pos, n_neg = int(label.sum()), int((~label).sum())
    found, passed_over = int((flagged & label).sum()), int((~flagged & ~label).sum())
    sensitivity_bounds, specificity_bounds = wilson_interval(found, n_pos), wilson_interval(passed_over, n_neg)
    sensitivity, specificity = (found / n_pos if n_pos else 0.0), (passed_over / n_neg if n_neg else 0.0)
    passed, reason = _verdict(n_pos, n_neg, sensitivity_bounds[0], specificity)
    truth = label.astype(np.float64)
    return Certificate(
        detector_version=detector.version,
        data_sha256=benchmark_sha256(known),
        threshold=detector.threshold,
        n_pos=n_pos,
        n_neg=n_neg,
        sensitivity=sensitivity,
        sensitivity_lower=sensitivity_bounds[0],
        sensitivity_upper=sensitivity_bounds[1],
        specificity=specificity,
        specificity_lower=specificity_bounds[0],
        specificity_upper=specificity_bounds[1],
        auc=auc(scores, truth) if n_pos and n_neg else None,
        calibration_error=calibration_error(scores, truth) if known else None,
        per_category=_per_category(known, label, flagged),
        roc=turns(*roc(scores, truth)),
        reliability=reliability(scores, truth),
        passed=passed,
        reason=reason,
    )


def _verdict(n_pos: int, n_neg: int, sensitivity_lower: float, specificity: float) -> tuple[bool, str]:
    """Return whether the promise is kept, and why or why not."""
    needed, floor = number("judges", "certificate.sensitivity_lower"), number("judges", "certificate.specificity")
    if not n_pos or not n_neg:
        return False, f"benchmark has {n_pos} crisis and {n_neg} other texts; both kinds are needed"
    kept = sensitivity_lower > needed, specificity >= floor
    bound = f"lower bound of sensitivity {sensitivity_lower:.4f} {'>' if kept[0] else 'is not above'} {needed:g}"
    price = f"specificity {specificity:.4f} {'>=' if kept[1] else 'is below'} {floor:g}"
    return all(kept), f"{bound}; {price}"


def _per_category(rows: Sequence[Mapping[str, Any]], label: NDArray[np.bool_], flagged: NDArray[np.bool_]) -> list[CategoryFigures]:
    """Return the figures of every (category, label) present, crisis first, by name."""
    groups: dict[tuple[bool, str], list[bool]] = {}
    for row, crisis, flag in zip(rows, label.tolist(), flagged.tolist(), strict=True):
        groups.setdefault((not crisis, str(row.get("category") or "")), []).append(crisis == flag)
    return [
        CategoryFigures(
            category=name,
            crisis=not other,
            n=len(right),
            right=sum(right),
            share=sum(right) / len(right),
            lower=wilson_interval(sum(right), len(right))[0],
            upper=wilson_interval(sum(right), len(right))[1],
        )
        for (other, name), right in sorted(groups.items())
    ]
