"""What the judges' assets show: the certificate as tables, and the curves behind it as pictures.

Lives here: which figures belong together, and their words. Must not live here: measuring (`measure`) or style (`plotting`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from empathy_assets.engines.certifying.baselines import Baseline, keyword_counts
from empathy_assets.engines.certifying.certificate import Certificate
from empathy_assets.engines.certifying.curves import ReliabilityBin, reliability, roc
from empathy_assets.engines.certifying.measure import Measurement
from empathy_assets.engines.plotting.judges import category_bars, reliability_curve, roc_curve
from empathy_assets.engines.plotting.style import Format
from empathy_assets.engines.scoring.report import ScorerTable
from empathy_assets.engines.scoring.report_tables import markdown
from empathy_assets.policy.load import number

_CRISIS = "Reliability of the crisis score"


def certificate_markdown(found: Certificate) -> str:
    """Return the certificate as Markdown: identity, figures with intervals, and the share judged rightly per category."""
    state = "holds" if found.passed else "**does not hold**"
    identity = f"detector `{found.detector_version}`, threshold {found.threshold:.3f}, benchmark `{found.data_sha256[:16]}`"
    whole = [
        ["sensitivity", str(found.n_pos), _within(found.sensitivity, found.sensitivity_lower, found.sensitivity_upper)],
        ["specificity", str(found.n_neg), _within(found.specificity, found.specificity_lower, found.specificity_upper)],
    ]
    parts = [
        [row.category or "-", "recall" if row.crisis else "specificity", str(row.n), _within(row.share, row.lower, row.upper)]
        for row in found.per_category
    ]
    tables = (
        markdown(["figure", "texts", "share (95 %)"], whole),
        markdown(["category", "figure", "texts", "share (95 %)"], parts),
    )
    return f"Certificate {state}: {found.reason}.\n\n{identity}\n\n" + "\n\n".join(tables)


def baselines_markdown(rows: Sequence[Baseline]) -> str:
    """Return the detector beside its baselines as a Markdown table."""
    lines = [
        [
            row.name,
            "-" if row.auc is None else _within(row.auc, row.auc_lower, row.auc_upper),
            "-" if row.specificity is None else f"{row.specificity:.3f}",
        ]
        for row in rows
    ]
    return markdown(["method", "AUC (95 %)", "specificity at the detector's sensitivity"], lines)


def detector_plots(found: Measurement, texts: Sequence[str], fmt: Format = "png") -> dict[str, bytes]:
    """Return ROC, reliability and per-category pictures by title.

    Args:
        found: The measurement.
        texts: The benchmark's labelled texts, in its order.
        fmt: `png` or `svg`.
    """
    certificate, truth = found.certificate, found.labels.astype(np.float64)
    areas = {row.name: row.auc for row in found.baselines}
    curves = {
        f"{name}, AUC {areas[name] or 0.0:.3f}": roc(scores, truth)
        for name, scores in (("detector", found.scores), ("hashed linear", found.linear), ("keyword list", keyword_counts(texts)))
    }
    bar = number("judges", "certificate.sensitivity_lower")
    error = certificate.calibration_error or 0.0
    point = (certificate.specificity, certificate.sensitivity)
    recall, left_alone = (
        [(row.category or "-", row.n, row.share, row.lower, row.upper) for row in certificate.per_category if row.crisis is crisis]
        for crisis in (True, False)
    )
    return {
        "roc": roc_curve(curves, point, certificate.sensitivity_lower, bar, fmt),
        "reliability": reliability_curve(
            {f"crisis score, calibration error {error:.3f}": _points(reliability(found.scores, truth))}, _CRISIS, fmt
        ),
        "sensitivity_per_category": category_bars(recall, "Crisis texts flagged, per category", bar, fmt),
        "specificity_per_category": category_bars(left_alone, "Other texts left alone, per category", fmt=fmt),
    }


def scorer_plots(table: ScorerTable | None, fmt: Format = "png") -> dict[str, bytes]:
    """Return the reliability curve of each component that the report holds one for; none without."""
    if table is None or not table.reliability:
        return {}
    return {
        "reliability": reliability_curve(
            {name: _points(bins) for name, bins in table.reliability.items()}, "Reliability of the EARS components", fmt
        )
    }


def _points(bins: Sequence[ReliabilityBin]) -> list[tuple[float, float, int]]:
    return [(b.predicted, b.observed, b.n) for b in bins]


def _within(value: float, lower: float, upper: float) -> str:
    return f"{value:.3f} ({lower:.3f}-{upper:.3f})"
