"""Training of the crisis detector's linear tier from labelled rows, with its leave-one-source-out table.

Lives here: source balancing, the fit, calibration on held-out sources, the choice of thresholds. Must not live here: files of labels or
reports.
The encoder is trained outside (it needs torch); its logits enter here as a column, so that thresholds are always those of what is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.certifying.wilson import wilson_interval
from empathy_assets.engines.scoring.bundle import save
from empathy_assets.engines.scoring.crisis import CATEGORIES, LINEAR_FILE
from empathy_assets.engines.scoring.features import WIDTH, Columns
from empathy_assets.engines.scoring.logistic import auc, fit, platt, sigmoid
from empathy_assets.engines.scoring.normalise import without_courtesy
from empathy_assets.engines.scoring.second_reading import worth

Array = NDArray[Any]

L2 = 0.02
ITERATIONS = 20


@dataclass(frozen=True)
class SourceFigures:
    """Figures of one held-out source at the chosen threshold."""

    source: str
    positives: int
    negatives: int
    auc: float
    sensitivity: float
    sensitivity_interval: tuple[float, float]
    specificity: float
    specificity_interval: tuple[float, float]


@dataclass(frozen=True)
class DetectorReport:
    """What a training run found: out-of-source logits, the figures, and the logit at the target sensitivity."""

    logits: Array
    threshold_logit: float
    sources: list[SourceFigures]
    sha256: str


class LinearTier(NamedTuple):
    """Weights of the hashed columns, shape (2 * WIDTH,), and the intercept."""

    coefficient: Array
    bias: float


class Subset(Columns):
    """Some rows of a `Columns` matrix, scaled by column."""

    def __init__(self, columns: Columns, keep: Array, scale: Array) -> None:
        chosen = keep[columns.rows]
        self.rows = (np.cumsum(keep) - 1)[columns.rows[chosen]]
        self.columns = columns.columns[chosen]
        self.values = columns.values[chosen] * scale[self.columns]
        self.n_rows = int(keep.sum())
        self.n_columns = columns.n_columns


def rarity(columns: Columns) -> Array:
    """Return the inverse document frequency of each column, scaled to at most 1."""
    n = max(columns.n_rows, 2)
    return np.log(n / np.maximum(np.bincount(columns.columns, minlength=columns.n_columns), 1)) / np.log(n)


def balanced(sources: Array, labels: Array, power: float = 0.5) -> Array:
    """Return row weights under which a source counts by its size to `power`, and both labels count the same."""
    weights = np.zeros(len(labels))
    for label in (0.0, 1.0):
        of_label = labels == label
        for source in np.unique(sources[of_label]):
            rows = of_label & (sources == source)
            weights[rows] = float(rows.sum()) ** (power - 1.0)
        if of_label.any():
            weights[of_label] /= weights[of_label].sum()
    return weights / weights.mean()


def threshold_at(logits: Array, labels: Array, sources: Array, sensitivity: float) -> float:
    """Return the highest logit at which the sensitivity, each source weighing by the square root of its positives, reaches the target."""
    positive = labels > 0.5
    weight = np.zeros(len(labels))
    for source in np.unique(sources[positive]):
        rows = positive & (sources == source)
        weight[rows] = 1.0 / np.sqrt(rows.sum())
    order = np.argsort(-logits[positive], kind="stable")
    reached = np.cumsum(weight[positive][order]) / weight.sum()
    return float(logits[positive][order][min(int(np.searchsorted(reached, sensitivity)), int(positive.sum()) - 1)])


def carried(threshold: float, folds: Sequence[Array], final: Array) -> float:
    """Return the logit from which the final detector flags as many of some texts as the folds' detectors do, on average, from `threshold`.

    A detector made of all sources gives other logits than those that miss some, so a threshold found on held-out sources is not its own
    (equipercentile equating, Kolen and Brennan 2014). Labels are not looked at.

    Args:
        threshold: Logit chosen on the folds.
        folds: Each fold's detector's logits of the same texts, whose labels no detector was trained on.
        final: The final detector's logits of these texts.
    """
    share = float(np.mean([(logits >= threshold).mean() for logits in folds]))
    return float(np.quantile(final, 1.0 - share))


def figures(source: str, logits: Array, labels: Array, threshold: float) -> SourceFigures:
    """Return the figures of one source."""
    positive = labels > 0.5
    n_pos, n_neg = int(positive.sum()), int((~positive).sum())
    found, passed = int((logits[positive] >= threshold).sum()), int((logits[~positive] < threshold).sum())
    return SourceFigures(
        source,
        n_pos,
        n_neg,
        auc(logits, labels),
        found / n_pos if n_pos else float("nan"),
        wilson_interval(found, n_pos),
        passed / n_neg if n_neg else float("nan"),
        wilson_interval(passed, n_neg),
    )


def train_detector(rows: Sequence[Mapping[str, Any]], folder: Path, *, target: float = 0.97, l2: float = L2) -> DetectorReport:
    """Train the linear tier on `rows` and write it to `folder`.

    Args:
        rows: Mappings with `text`, `label` (0, 1 or null), `source`, `category`; rows with a null label are left out; `certainty`, 0.5
            to 1, where a label is only leaned to.
        folder: Where the weights and their checksum go; load them with `crisis.load_detector(folder)`.
        target: Sensitivity over held-out sources at which the threshold is read.
        l2: Strength of the penalty.

    Raises:
        ValueError: One of the labels is absent.
    """
    known = [row for row in rows if row.get("label") is not None]
    labels = np.array([float(row["label"]) for row in known])
    if not 0 < labels.sum() < len(labels):
        raise ValueError(f"training needs rows of both labels; found {int(labels.sum())} crisis of {len(labels)}: add the missing kind")
    sources = sources_of(known)
    columns = Columns([without_courtesy(str(row["text"])) for row in known])
    scale = rarity(columns)
    weighed = worth(known)
    everything = np.ones(len(labels), dtype=bool)

    def fitted(keep: Array) -> LinearTier:
        return _fitted(Subset(columns, keep, scale), scale, labels[keep], balanced(sources[keep], labels[keep]) * weighed[keep], l2)

    logits = np.zeros(len(labels))
    for source in np.unique(sources):
        held = sources == source
        trainable = 0 < labels[~held].sum() < (~held).sum()  # the rest must hold both labels
        held_fit = fitted(~held) if trainable else fitted(everything)
        logits[held] = columns.dot(held_fit.coefficient)[held] + held_fit.bias
    slope, offset = platt(logits, labels, balanced(sources, labels))
    threshold = threshold_at(logits, labels, sources, target)
    digest = save_tier(
        folder,
        fitted(everything),
        known,
        alone=np.array([slope, offset]),
        threshold=sigmoid(np.array([slope * threshold + offset])),
        blend=np.zeros(3),
    )
    return DetectorReport(logits, threshold, by_source(sources, logits, labels, threshold), digest)


def linear_tier(rows: Sequence[Mapping[str, Any]]) -> LinearTier:
    """Return the linear tier fitted to rows that all have a label; fields as in `train_detector`."""
    labels = np.array([float(row["label"]) for row in rows])
    columns = Columns([without_courtesy(str(row["text"])) for row in rows])
    scale = rarity(columns)
    everything = Subset(columns, np.ones(len(rows), dtype=bool), scale)
    return _fitted(everything, scale, labels, balanced(sources_of(rows), labels) * worth(rows), L2)


def _fitted(columns: Subset, scale: Array, labels: Array, weights: Array, l2: float) -> LinearTier:
    """Return the linear tier fitted to columns that were scaled by `scale`; its coefficients are for columns that are not."""
    coefficient, _, bias = fit(columns, np.zeros((len(labels), 0)), labels, weights, l2=l2, iterations=ITERATIONS)
    return LinearTier(coefficient * scale, bias)


def sources_of(rows: Sequence[Mapping[str, Any]]) -> Array:
    """Return each row's source, `unnamed` where it has none."""
    return np.array([str(row.get("source") or "unnamed") for row in rows])


def by_source(sources: Array, logits: Array, labels: Array, threshold: float) -> list[SourceFigures]:
    """Return the figures of every source, by name."""
    return [figures(str(s), logits[sources == s], labels[sources == s], threshold) for s in np.unique(sources)]


def save_tier(folder: Path, tier: LinearTier, rows: Sequence[Mapping[str, Any]], *, alone: Array, threshold: Array, blend: Array) -> str:
    """Write the linear tier with category heads fitted to `rows` (all with a label) to `folder` and return the SHA-256.

    Args:
        folder: Where the weights and their checksum go.
        tier: It settles, too, who is asked first: what a cascade fits for that is not made here.
        rows: What the category heads are fitted to.
        alone: Slope and offset that calibrate the tier's logit where there is no encoder.
        threshold: Score from which a text is flagged, shape (1,).
        blend: Factors of the encoder's and the tier's logit, and the offset; zeros where there is no encoder.
    """
    category, category_bias = category_heads(rows, np.array([float(row["label"]) for row in rows]))
    linear, bias = tier.coefficient.astype(np.float16), np.array([tier.bias])
    content = {"linear": linear, "bias": bias, "student": linear, "student_bias": bias, "alone": alone, "threshold": threshold}
    heads = {"category": category.astype(np.float16), "category_bias": category_bias}
    return save(folder, LINEAR_FILE, {**content, "blend": blend, **heads})


def category_heads(rows: Sequence[Mapping[str, Any]], labels: Array) -> tuple[Array, Array]:
    """Return (weights, intercepts) that tell the categories of crisis texts apart, one against the rest."""
    crisis = [row for row, label in zip(rows, labels, strict=True) if label > 0.5 and canonical(str(row.get("category") or "")) != "other"]
    weights, bias = np.zeros((WIDTH, len(CATEGORIES))), np.full(len(CATEGORIES), -3.0)
    if not crisis:
        return weights, bias
    columns = Columns([str(row["text"]) for row in crisis], chars=False)
    scale = rarity(columns)
    everything = Subset(columns, np.ones(len(crisis), dtype=bool), scale)
    names = np.array([canonical(str(row["category"])) for row in crisis])
    for k, category in enumerate(CATEGORIES):
        target = (names == category).astype(float)
        if 0 < target.sum() < len(target):
            found = fit(everything, np.zeros((len(target), 0)), target, balanced(names, target), l2=L2, iterations=30)
            weights[:, k], bias[k] = found[0] * scale, found[2]
    return weights, bias


_ALIASES = (
    ("domestic", "abuse"), ("dating_violence", "abuse"), ("family_violence", "abuse"), ("_dv", "abuse"), ("dv_", "abuse"),
    ("suicid", "suicidality"), ("_si", "suicidality"), ("hopeless", "suicidality"), ("goodbye", "suicidality"),
    ("denial", "suicidality"), ("attempt", "suicidality"),
    ("self-harm", "self-harm"), ("self_harm", "self-harm"), ("urges", "self-harm"), ("scars", "self-harm"),
    ("abus", "abuse"), ("assault", "abuse"), ("coerc", "abuse"), ("stalk", "abuse"), ("marriage", "abuse"), ("traffick", "abuse"),
    ("honour", "abuse"), ("violen", "violence"), ("threat", "violence"),
    ("psychosis", "psychosis"), ("voices", "psychosis"), ("panic", "panic"), ("anxiety", "panic"), ("substance", "substance"),
    ("overdose", "substance"), ("relapse", "substance"), ("alcohol", "substance"), ("drinking", "substance"), ("eating", "eating-disorder"),
    ("third_party", "suicidality"),
)  # fmt: skip
"""Parts of the categories that sources write, and the detector's names; the first that fits counts (`domestic_violence` is abuse)."""


def canonical(category: str) -> str:
    """Return the detector's name of a source's category, `other` when it has none."""
    lower = category.lower()
    return next((name for part, name in _ALIASES if part in lower), "other")
