"""The certificate of the crisis detector as a reader of the quality report sees it: curves, figures with intervals, categories.

Lives here: which of the certificate's figures are drawn and which are set as a table. Must not live here: measuring (`certifying`) or
drawing (`plotting`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from empathy_assets.engines.packaging.pictures import Pictures, drawn_now, inline
from empathy_assets.engines.packaging.tables import table
from empathy_assets.policy.load import number

_DRAWN = ("roc", "reliability", "per_category")
_DIGITS = 4
_Plot = tuple[str, *tuple[object, ...]]  # name of a plot, and what it is drawn from


def certificate_html(certificate: Mapping[str, Any], pictures: Pictures = drawn_now) -> str:
    """Return ROC with operating point, reliability, categories and the other figures, as far as the certificate states them.

    Args:
        certificate: Certificate of the crisis detector.
        pictures: Draws a picture, or remembers it.
    """
    stated = (*_roc(certificate), *_reliability(certificate), *_categories(certificate))
    drawn = "".join(inline(pictures, *plot) for plot in stated)
    rows = [(name, _shown(value)) for name, value in sorted(certificate.items()) if name not in _DRAWN]
    return drawn + table(["certificate", "value"], rows)


def _shown(value: Any) -> str:
    return f"{value:.{_DIGITS}g}" if isinstance(value, float) else str(value)


def _roc(certificate: Mapping[str, Any]) -> list[_Plot]:
    known = [certificate.get(name) for name in ("specificity", "sensitivity", "sensitivity_lower")]
    if not all(isinstance(value, int | float) for value in known):
        return []
    specificity, sensitivity, lower = (float(value) for value in known if value is not None)
    points = np.array(certificate.get("roc") or np.zeros((0, 2)), dtype=np.float64)
    area = certificate.get("auc")
    name = "detector" if area is None else f"detector, AUC {area:.3f}"
    bar = number("judges", "certificate.sensitivity_lower")
    return [("roc", {name: (points[:, 0], points[:, 1])}, (specificity, sensitivity), lower, bar)]


def _reliability(certificate: Mapping[str, Any]) -> list[_Plot]:
    points = [(float(b["predicted"]), float(b["observed"]), int(b["n"])) for b in certificate.get("reliability") or ()]
    error = certificate.get("calibration_error")
    name = "crisis score" if error is None else f"crisis score, calibration error {error:.3f}"
    return [("reliability", {name: points}, "Reliability of the crisis score")] if points else []


def _categories(certificate: Mapping[str, Any]) -> list[_Plot]:
    rows = certificate.get("per_category") or ()
    found: list[_Plot] = []
    for crisis, title in ((True, "Crisis texts flagged, per category"), (False, "Other texts left alone, per category")):
        shown = [(c["category"] or "-", int(c["n"]), c["share"], c["lower"], c["upper"]) for c in rows if c["crisis"] is crisis]
        bar = number("judges", "certificate.sensitivity_lower") if crisis else None
        found += [("categories", shown, title, bar)] if shown else []
    return found
