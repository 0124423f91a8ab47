"""The training report of the judges: the leave-one-source-out table, kept as `report.json` beside the weights it belongs to.

Schema of `report.json`: one object with the optional members `crisis_detector` (`DetectorTable`) and `ears_scorer` (`ScorerTable`). A
folder of weights without the file has no report; that is said, not guessed.

Lives here: the record, its making from what training returns, its file. Must not live here: training, drawing, or the model card (`card`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from empathy_assets.engines.certifying.curves import ReliabilityBin, auc_interval, reliability
from empathy_assets.engines.certifying.wilson import wilson_interval
from empathy_assets.engines.scoring.bundle import WeightsError
from empathy_assets.engines.scoring.ears_calibration import ScorerReport
from empathy_assets.engines.scoring.train import DetectorReport, SourceFigures, canonical, figures

REPORT_FILE = "report.json"
NOT_STATED = "not stated"

LEFT_OUT = "each source judged by weights that saw none of its rows"
FOLDED = "three folds by conversation: each row judged by weights that saw no row of its conversation"

_FIXED = ConfigDict(frozen=True, extra="forbid")


class Share(BaseModel):
    """A counted share with its 95 % Wilson interval; value null and interval (0, 1) when nothing was counted."""

    model_config = _FIXED

    right: int = Field(ge=0, description="Rows judged rightly.")
    n: int = Field(ge=0, description="Rows.")
    value: float | None = Field(description="right / n.")
    lower: float = Field(ge=0, le=1, description="Lower bound.")
    upper: float = Field(ge=0, le=1, description="Upper bound.")


class Area(BaseModel):
    """An area under a ROC curve with its 95 % interval (Hanley and McNeil 1982); value null when one label is absent."""

    model_config = _FIXED

    value: float | None = Field(description="Area.")
    lower: float = Field(ge=0, le=1, description="Lower bound.")
    upper: float = Field(ge=0, le=1, description="Upper bound.")


class SourceRow(BaseModel):
    """Figures of one held-out source."""

    model_config = _FIXED

    source: str = Field(description="Name as the rows give it.")
    licence: str = Field(default=NOT_STATED, description="Licence as the rows give it.")
    auc: Area = Field(description="Threshold-free.")
    sensitivity: Share = Field(description="Of its crisis rows, at the threshold.")
    specificity: Share = Field(description="Of its other rows, at the threshold.")


class CategoryRow(BaseModel):
    """Recall on one category of crisis rows, over all held-out sources."""

    model_config = _FIXED

    category: str = Field(description="The detector's name of the category.")
    recall: Share = Field(description="Of its crisis rows, at the threshold.")


class DetectorTable(BaseModel):
    """What a training run of the crisis detector found on rows it had not seen."""

    model_config = _FIXED

    how: str = Field(default=LEFT_OUT, description="How rows were held out.")
    threshold: str = Field(description="Threshold of the figures, in words.")
    sources: list[SourceRow] = Field(description="One row per source, by name.")
    pooled: SourceRow | None = Field(default=None, description="All held-out rows together.")
    categories: list[CategoryRow] = Field(default_factory=list, description="One row per category, by name.")


class HeadRow(BaseModel):
    """Held-out figures of one head of the scorer."""

    model_config = _FIXED

    source: str = Field(description="Name as the rows give it.")
    component: str = Field(description="Component of EARS, or question, minimize, directive.")
    licence: str = Field(default=NOT_STATED, description="Licence as the rows give it.")
    rows: int = Field(ge=0, description="Labelled rows.")
    share: float = Field(ge=0, le=1, description="Share of them that show the component.")
    auc: Area = Field(description="Of the head.")
    length_auc: float | None = Field(description="Of the reply's length alone: the figure to beat.")
    calibration_error: float = Field(ge=0, le=1, description="Expected calibration error.")


class ScorerTable(BaseModel):
    """What a training run of the EARS scorer found on rows it had not seen."""

    model_config = _FIXED

    how: str = Field(default=FOLDED, description="How rows were held out.")
    heads: list[HeadRow] = Field(description="One row per (component, source).")
    reliability: dict[str, list[ReliabilityBin]] = Field(default_factory=dict, description="Component -> held-out reliability bins.")


class TrainingReport(BaseModel):
    """The content of `report.json`."""

    model_config = _FIXED

    crisis_detector: DetectorTable | None = Field(default=None, description="Absent when the folder holds no detector.")
    ears_scorer: ScorerTable | None = Field(default=None, description="Absent when the folder holds no scorer.")


def licences(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return source -> the licences its rows give in `licence` or `license`, joined by ` / `; `not stated` where none does."""
    found: dict[str, set[str]] = {}
    for row in rows:
        said = str(row.get("licence") or row.get("license") or "").strip()
        found.setdefault(str(row.get("source") or "unnamed"), set()).update([said] if said else [])
    return {source: " / ".join(sorted(said)) or NOT_STATED for source, said in sorted(found.items())}


def share(right: int, n: int) -> Share:
    """Return the share with its interval."""
    lower, upper = wilson_interval(right, n)
    return Share(right=right, n=n, value=right / n if n else None, lower=lower, upper=upper)


def area(value: float, positives: int, negatives: int) -> Area:
    """Return the area with its interval; nan becomes null."""
    lower, upper = auc_interval(value, positives, negatives)
    return Area(value=_known(value), lower=lower, upper=upper)


def detector_table(report: DetectorReport, rows: Sequence[Mapping[str, Any]]) -> DetectorTable:
    """Return the table of a training run.

    Args:
        report: What `train_detector(rows, ...)` returned.
        rows: The rows it was given; its logits stand in the order of those with a label.
    """
    stated = licences(rows)
    known = [row for row in rows if row.get("label") is not None]
    labels = np.array([float(row["label"]) for row in known])
    flagged: dict[str, list[bool]] = {}
    for row, logit in zip(known, report.logits.tolist(), strict=True):
        if row["label"]:
            flagged.setdefault(canonical(str(row.get("category") or "")), []).append(logit >= report.threshold_logit)
    return DetectorTable(
        threshold=f"read on these rows at the target sensitivity: logit {report.threshold_logit:.3f}",
        sources=[_source_row(found, stated.get(found.source, NOT_STATED)) for found in sorted(report.sources, key=lambda s: s.source)],
        pooled=_source_row(figures("all, pooled", report.logits, labels, report.threshold_logit), ""),
        categories=[CategoryRow(category=name, recall=share(sum(hits), len(hits))) for name, hits in sorted(flagged.items())],
    )


def _source_row(found: SourceFigures, licence: str) -> SourceRow:
    return SourceRow(
        source=found.source,
        licence=licence,
        auc=area(found.auc, found.positives, found.negatives),
        sensitivity=share(_count(found.sensitivity, found.positives), found.positives),
        specificity=share(_count(found.specificity, found.negatives), found.negatives),
    )


def scorer_table(
    report: ScorerReport,
    rows: Sequence[Mapping[str, Any]],
    held_out: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]] | None = None,
) -> ScorerTable:
    """Return the table of a training run.

    Args:
        report: What `train_scorer(rows, ...)` returned.
        rows: The rows it was given.
        held_out: Component -> (held-out probabilities, labels), for reliability curves; null without them.
    """
    stated = licences(rows)
    heads = [
        HeadRow(
            source=head.source,
            component=head.component,
            licence=stated.get(head.source, NOT_STATED),
            rows=head.rows,
            share=head.share,
            auc=area(head.auc, _count(head.share, head.rows), head.rows - _count(head.share, head.rows)),
            length_auc=_known(head.length_auc),
            calibration_error=head.calibration_error,
        )
        for head in report.heads
    ]
    curves = {component: reliability(chance, labels) for component, (chance, labels) in (held_out or {}).items()}
    return ScorerTable(heads=heads, reliability=curves)


def write_report(folder: Path, report: TrainingReport) -> None:
    """Write `report` beside the weights of `folder`."""
    (folder / REPORT_FILE).write_text(report.model_dump_json(indent=1, exclude_none=False) + "\n", encoding="utf-8")


def read_report(folder: Path) -> TrainingReport | None:
    """Return the report of `folder`, null where there is none.

    Raises:
        WeightsError: The file is there but is not a report.
    """
    path = folder / REPORT_FILE
    if not path.exists():
        return None
    try:
        return TrainingReport.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise WeightsError(f"{path} is no training report: {where}: {first['msg']}; remove it or train again") from None


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _count(part: float, n: int) -> int:
    """Return how many of `n` rows a share of them is; 0 of none."""
    return round(part * n) if n else 0
