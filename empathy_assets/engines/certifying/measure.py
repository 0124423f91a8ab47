"""The measurement of a detector on a benchmark: every text scored once, for the certificate, the baselines and the curves alike.

Lives here: asking the detector. Must not live here: the verdict (`certificate`), reading a benchmark, drawing (`figures`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.certifying.baselines import Baseline, compared
from empathy_assets.engines.certifying.certificate import Certificate, Detector, certify, labelled


class TieredDetector(Detector, Protocol):
    """A detector whose cheap hashed linear tier can be asked alone."""

    def screen(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return one logit per text."""
        ...


@dataclass(frozen=True)
class Measurement:
    """What was measured: arrays of shape (labelled rows,)."""

    certificate: Certificate
    labels: NDArray[np.bool_]
    scores: NDArray[np.float64]
    linear: NDArray[np.float64]
    baselines: list[Baseline]


def measure(detector: TieredDetector, rows: Sequence[Mapping[str, Any]]) -> Measurement:
    """Return the measurement of `detector` on the labelled ones of `rows`.

    Args:
        detector: The crisis detector, or anything with its scores.
        rows: Mappings with `text`, `label` and `category`, as for `certify`.
    """
    known = labelled(rows)
    texts = [str(row["text"]) for row in known]
    return measured(detector, known, detector.score(texts), detector.screen(texts))


def measured(
    detector: Detector, known: Sequence[Mapping[str, Any]], scores: NDArray[np.float64], linear: NDArray[np.float64]
) -> Measurement:
    """Return the measurement of `detector` from what it says of labelled rows.

    Args:
        detector: Whose scores they are.
        known: Labelled rows, as `labelled` returns them.
        scores: Its score of each row.
        linear: Logit of its cheap tier alone for each row.
    """
    texts = [str(row["text"]) for row in known]
    labels = np.array([bool(row["label"]) for row in known], dtype=bool)
    certificate = certify(detector, known, scores)
    return Measurement(certificate, labels, scores, linear, compared(scores, linear, texts, labels, certificate.sensitivity))
