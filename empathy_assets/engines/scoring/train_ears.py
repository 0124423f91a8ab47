"""Training of the EARS scorer from labelled rows: one head per (source, component), a gate over sources, calibration and its figures.

Lives here: fits and held-out figures. Must not live here: files of labels, the detector, thresholds.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import save
from empathy_assets.engines.scoring.ears import COMPONENTS, EARS, SCORER_FILE
from empathy_assets.engines.scoring.ears_features import DENSE, dense, marked
from empathy_assets.engines.scoring.features import Columns
from empathy_assets.engines.scoring.logistic import auc, calibration_error, fit, platt, sigmoid
from empathy_assets.engines.scoring.train import Subset, rarity

Array = NDArray[Any]

L2 = 0.02
GATE_L2 = 0.1
ITERATIONS = 40
FOLDS = 3
FAILED = "_failed"
"""Suffix of a source that holds the conversations of another source which their clients rated as failed."""

_FEWEST = 8  # labels of either kind below which a source gets no head of its own
_SHORTEST = 4  # annotated turns from which a conversation serves the calibration of "somewhere"


@dataclass(frozen=True)
class HeadFigures:
    """Held-out figures of one head; `length_auc` is what the number of words alone reaches."""

    source: str
    component: str
    rows: int
    share: float
    auc: float
    length_auc: float
    calibration_error: float


@dataclass(frozen=True)
class ScorerReport:
    """What a training run found; `held_out` has (probabilities, labels) of the rows of each component of EARS, for reliability curves."""

    heads: list[HeadFigures]
    sha256: str
    held_out: Mapping[str, tuple[Array, Array]] = field(default_factory=dict[str, tuple[Array, Array]])


class _Data:
    """The rows as features, labels and folds; the folds never divide a conversation."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.contexts = [last_client_turn(row.get("context") or []) for row in rows]
        self.responses = [str(row["response"]) for row in rows]
        self.dense = dense(self.contexts, self.responses)
        self.columns = Columns(marked(self.responses), chars=False)
        self.scale = rarity(self.columns)
        self.source = np.array([str(row.get("source") or "unnamed") for row in rows])
        self.conversation = np.array([str(row.get("conv_id") or row.get("id") or i) for i, row in enumerate(rows)])
        self.fold = np.array([zlib.crc32(c.encode()) % FOLDS for c in self.conversation])
        self.labels = {c: np.array([_number(row["labels"].get(c)) for row in rows]) for c in COMPONENTS}

    def fit(self, keep: Array, target: Array, l2: float) -> tuple[Array, Array, float]:
        """Return the weights of one head on the rows `keep`."""
        subset = Subset(self.columns, keep, self.scale)
        hashed, extra, bias = fit(subset, self.dense[keep], target[keep], np.ones(int(keep.sum())), l2=l2, iterations=ITERATIONS)
        return hashed * self.scale, extra, bias

    def apply(self, head: tuple[Array, Array, float], rows: Array) -> Array:
        """Return the logits of a head on some rows."""
        return Subset(self.columns, rows, np.ones(self.columns.n_columns)).dot(head[0]) + self.dense[rows] @ head[1] + head[2]


def last_client_turn(context: Sequence[Mapping[str, Any]]) -> str:
    """Return the content of the last client turn of a context, empty when there is none."""
    return next((str(turn.get("content") or "") for turn in reversed(context) if turn.get("role") == "user"), "")


def train_scorer(rows: Sequence[Mapping[str, Any]], folder: Path) -> ScorerReport:
    """Train the scorer on `rows` and write it to `folder`.

    Args:
        rows: Mappings with `context` (list of role and content), `response`, `labels` (component -> 0, 1 or null), `source`, `conv_id`.
        folder: Where the weights and their checksum go; load them with `ears.load_scorer(folder)`.

    Raises:
        ValueError: No row is labelled for one of the seven components.
    """
    data = _Data(
        [row for row in rows if any(row["labels"].get(c) is not None for c in COMPONENTS) or str(row.get("source")).endswith(FAILED)]
    )
    heads: list[tuple[str, str, tuple[Array, Array, float], tuple[float, float]]] = []
    report: list[HeadFigures] = []
    loose: dict[str, Array] = {c: np.full(len(data.source), np.nan) for c in COMPONENTS}
    for component in COMPONENTS:
        target = data.labels[component]
        for source in np.unique(data.source):
            keep = (data.source == source) & ~np.isnan(target)
            if min((target[keep] > 0.5).sum(), (target[keep] < 0.5).sum()) < _FEWEST:
                continue
            held = _held_out(data, keep, target)
            slope, offset = platt(held[keep], target[keep], np.ones(int(keep.sum())))
            chance = sigmoid(slope * held[keep] + offset)
            loose[component][keep] = chance
            head = data.fit(keep, target, L2)
            heads.append((component, str(source), head, (slope, offset)))
            failed = data.source == f"{source}{FAILED}"
            if failed.any():
                loose[component][failed] = sigmoid(slope * data.apply(head, failed) + offset)
            report.append(
                HeadFigures(
                    str(source),
                    component,
                    int(keep.sum()),
                    float(target[keep].mean()),
                    auc(held[keep], target[keep]),
                    auc(data.dense[keep, DENSE.index("log_words")], target[keep]),
                    calibration_error(chance, target[keep]),
                )
            )
        if not any(name == component for name, *_ in heads):
            raise ValueError(f"no source labels `{component}` at least {_FEWEST} times as shown and as not shown; add rows that do")
    for source in sorted({name for _, name, *_ in heads}):
        everything = ~np.char.endswith(data.source, FAILED)
        heads.append(("gate", source, data.fit(everything, (data.source == source).astype(float), GATE_L2), (1.0, 0.0)))
    judged = {c: ~np.isnan(data.labels[c]) & ~np.isnan(loose[c]) for c in EARS}
    held_out = {c: (loose[c][rows_], data.labels[c][rows_]) for c, rows_ in judged.items()}
    return ScorerReport(report, _write(folder, heads, {c: _somewhere(data, c, loose[c]) for c in EARS}), held_out)


def _held_out(data: _Data, keep: Array, target: Array) -> Array:
    """Return the logits of rows judged by a head that saw no row of their conversation."""
    held = np.zeros(len(target))
    for fold in range(FOLDS):
        test = keep & (data.fold == fold)
        if test.any():
            held[test] = data.apply(data.fit(keep & ~test, target, L2), test)
    return held


def _somewhere(data: _Data, component: str, chance: Array) -> tuple[float, float]:
    """Return (slope, offset) of P(shown somewhere in the conversation, to effect) as a function of log expected showings.

    Conversations that their own clients rated as failed count as not shown: `chance` for them comes from heads that saw none.
    """
    known = ~np.isnan(chance)
    _, owner, turns = np.unique(data.conversation[known], return_inverse=True, return_counts=True)
    mass = np.bincount(owner, weights=-np.log1p(-np.minimum(chance[known], 1 - 1e-6)))
    shown = np.bincount(owner, weights=np.nan_to_num(data.labels[component][known])) > 0
    long = turns >= _SHORTEST
    if min(shown[long].sum(), (~shown[long]).sum()) < _FEWEST:
        return 1.0, 1.0
    x, y = np.log(np.maximum(mass[long], 1e-6)), shown[long].astype(float)
    slope, _ = platt(x, y, np.ones(len(y)))
    # Failed conversations decide how steep the curve is; how high it lies is fitted to annotated conversations alone.
    annotated = np.bincount(owner, weights=~np.isnan(data.labels[component][known]))[long] > 0
    low, high = -20.0, 20.0
    for _ in range(50):
        offset = (low + high) / 2.0
        low, high = (offset, high) if sigmoid(slope * x[annotated] + offset).mean() < y[annotated].mean() else (low, offset)
    return slope, (low + high) / 2.0


def _write(
    folder: Path,
    heads: Sequence[tuple[str, str, tuple[Array, Array, float], tuple[float, float]]],
    somewhere: Mapping[str, tuple[float, float]],
) -> str:
    """Write the weights and return their SHA-256."""
    return save(
        folder,
        SCORER_FILE,
        {
            "hashed": np.stack([head[0] for _, _, head, _ in heads], axis=1).astype(np.float16),
            "dense": np.stack([head[1] for _, _, head, _ in heads], axis=1),
            "bias": np.array([head[2] for _, _, head, _ in heads]),
            "slope": np.array([scale[0] for *_, scale in heads]),
            "offset": np.array([scale[1] for *_, scale in heads]),
            "component": np.array([component for component, *_ in heads]),
            "source": np.array([source for _, source, *_ in heads]),
            "somewhere_component": np.array(list(somewhere)),
            "somewhere": np.array(list(somewhere.values())),
        },
    )


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
