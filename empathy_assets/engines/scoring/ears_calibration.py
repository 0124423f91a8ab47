"""Calibration of the EARS heads from held-out logits, and the figures that go with it, whatever read the replies.

Lives here: labelled replies as arrays and folds, Platt scaling per head, the curve from turns to a conversation. Must not live here:
fitting of readers (`train_ears`, `finetune_ears`), files.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears import COMPONENTS, EARS, bounded_effect
from empathy_assets.engines.scoring.logistic import auc, calibration_error, platt, sigmoid

Array = NDArray[Any]

FOLDS = 3
FAILED = "_failed"
"""Suffix of a source that holds the conversations of another source which their clients rated as failed."""

FEWEST = 8
"""Labels of either kind below which a source gets no head of its own."""

_SHORTEST = 4  # annotated turns from which a conversation serves the calibration of "somewhere"
_SURE = 1.0 - 1e-6
_STEPS = 40


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


class Replies:
    """Labelled replies as arrays of one length; the folds never divide a conversation.

    Attributes:
        contexts: The client's turn before each reply.
        responses: The replies.
        words: Number of words of each reply.
        source: Source of each.
        conversation: Conversation of each.
        fold: Fold of each, 0 to `FOLDS` - 1.
        labels: Component -> 1 shown, 0 not, NaN not annotated.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        rows = [row for row in rows if any(row["labels"].get(c) is not None for c in COMPONENTS) or str(row.get("source")).endswith(FAILED)]
        self.contexts = [last_client_turn(row.get("context") or []) for row in rows]
        self.responses = [str(row["response"]) for row in rows]
        self.words = np.array([len(text.split()) for text in self.responses], dtype=np.float64)
        self.source = np.array([str(row.get("source") or "unnamed") for row in rows])
        self.conversation = np.array([str(row.get("conv_id") or row.get("id") or i) for i, row in enumerate(rows)])
        self.fold = np.array([zlib.crc32(c.encode()) % FOLDS for c in self.conversation])
        self.labels = {c: np.array([_number(row["labels"].get(c)) for row in rows]) for c in COMPONENTS}

    def heads(self) -> list[tuple[str, str]]:
        """Return the (component, source) pairs that have enough labels of both kinds.

        Raises:
            ValueError: A component has none.
        """
        found = [(c, str(s)) for c in COMPONENTS for s in np.unique(self.source) if self._enough(self.labels[c][self.source == s])]
        for component in COMPONENTS:
            if not any(name == component for name, _ in found):
                raise ValueError(f"no source labels `{component}` at least {FEWEST} times as shown and as not shown; add rows that do")
        return found

    def rated(self) -> Array:
        """Return 1 for replies of conversations whose clients were helped, 0 where they were not, NaN where nobody asked.

        Known of sources that have conversations rated as failed; all their other conversations count as having helped.
        """
        failed = np.char.endswith(self.source, FAILED)
        asked = np.isin(self.source, [source.removesuffix(FAILED) for source in np.unique(self.source[failed])])
        return np.where(failed, 0.0, np.where(asked, 1.0, np.nan))

    def annotated(self, component: str, source: str) -> Array:
        """Return which rows of a source say something of a component."""
        return (self.source == source) & ~np.isnan(self.labels[component])

    @staticmethod
    def _enough(target: Array) -> bool:
        return min((target > 0.5).sum(), (target < 0.5).sum()) >= FEWEST


def last_client_turn(context: Sequence[Mapping[str, Any]]) -> str:
    """Return the content of the last client turn of a context, empty when there is none."""
    return next((str(turn.get("content") or "") for turn in reversed(context) if turn.get("role") == "user"), "")


@dataclass(frozen=True)
class Calibration:
    """What `calibrated` found.

    Attributes:
        slope: Per head, of its logit.
        offset: Per head.
        somewhere: Per component of EARS the curve to a conversation: slope of the log expected showings, slope of the effect, offset.
        heads: Held-out figures of the heads.
        held_out: Component of EARS -> (probabilities, labels) of its annotated rows.
    """

    slope: Array
    offset: Array
    somewhere: dict[str, tuple[float, float, float]]
    heads: list[HeadFigures]
    held_out: dict[str, tuple[Array, Array]]

    def weights(self) -> dict[str, Array]:
        """Return the arrays that `ears.EarsScorer` reads."""
        return {
            "slope": self.slope,
            "offset": self.offset,
            "somewhere_component": np.array(list(self.somewhere)),
            "somewhere": np.array(list(self.somewhere.values())),
        }


def calibrated(
    replies: Replies, heads: Sequence[tuple[str, str]], logits: Array, effect: Array, reading: Mapping[str, Array] | None = None
) -> Calibration:
    """Return the calibration of `heads` from logits of replies that none of them was fitted on.

    Args:
        replies: The n labelled replies.
        heads: (component, source) of each head.
        logits: Shape (n, heads); needed for the rows of a head's own source and of its failed conversations.
        effect: Logits of the head of effect, length n, from folds as well.
        reading: Source -> how likely each reply is read as that source reads, length n; None takes a reply's own source.
    """
    slope, offset = np.ones(len(heads)), np.zeros(len(heads))
    chance = np.full(logits.shape, np.nan)
    figures: list[HeadFigures] = []
    for k, (component, source) in enumerate(heads):
        own, target = replies.annotated(component, source), replies.labels[component]
        slope[k], offset[k] = platt(logits[own, k], target[own], np.ones(int(own.sum())))
        chance[:, k] = sigmoid(slope[k] * logits[:, k] + offset[k])
        error = calibration_error(chance[own, k], target[own])
        areas = auc(logits[own, k], target[own]), auc(replies.words[own], target[own])
        figures.append(HeadFigures(source, component, int(own.sum()), float(target[own].mean()), *areas, error))
    shown = {c: _shown(replies, heads, chance, c, reading) for c in EARS}
    judged = {c: ~np.isnan(replies.labels[c]) & ~np.isnan(shown[c]) for c in EARS}
    held_out = {c: (shown[c][rows], replies.labels[c][rows]) for c, rows in judged.items()}
    return Calibration(slope, offset, {c: _somewhere(replies, c, shown[c], effect) for c in EARS}, figures, held_out)


def _shown(replies: Replies, heads: Sequence[tuple[str, str]], chance: Array, component: str, reading: Mapping[str, Array] | None) -> Array:
    """Return the probability of a component for the replies of sources that label it and of failed conversations, NaN elsewhere."""
    out = np.full(len(replies.source), np.nan)
    columns = [(k, source) for k, (name, source) in enumerate(heads) if name == component]
    for k, source in columns:
        rows = replies.annotated(component, source) | (replies.source == f"{source}{FAILED}")
        if reading is None:
            out[rows] = chance[rows, k]
        else:
            weight = np.stack([reading[name][rows] for _, name in columns], axis=1) + 1e-9
            out[rows] = (chance[np.ix_(rows, [j for j, _ in columns])] * weight).sum(axis=1) / weight.sum(axis=1)
    return out


def _somewhere(replies: Replies, component: str, chance: Array, effect: Array) -> tuple[float, float, float]:
    """Return the curve of P(shown somewhere in the conversation, to effect) over log expected showings and mean effect.

    Conversations that their own clients rated as failed count as not shown: what is known of them comes from heads that saw none.
    """
    known = ~np.isnan(chance)
    _, owner, turns = np.unique(replies.conversation[known], return_inverse=True, return_counts=True)
    mass = np.bincount(owner, weights=-np.log1p(-np.minimum(chance[known], _SURE)))
    shown = np.bincount(owner, weights=np.nan_to_num(replies.labels[component][known])) > 0
    long = turns >= _SHORTEST
    if min(shown[long].sum(), (~shown[long]).sum()) < FEWEST:
        return 1.0, 0.0, 1.0
    helped = np.bincount(owner, weights=bounded_effect(effect[known])) / turns
    x = np.stack([np.log(np.maximum(mass[long], 1e-6)), helped[long], np.ones(int(long.sum()))], axis=1)
    y = shown[long].astype(float)
    slope, pull, _ = _fitted(x, y)
    # Failed conversations decide how steep the curve is; how high it lies is fitted to annotated conversations alone.
    annotated = np.bincount(owner, weights=~np.isnan(replies.labels[component][known]))[long] > 0
    bare = x[annotated, :2] @ np.array([slope, pull])
    low, high = -20.0, 20.0
    for _ in range(50):
        offset = (low + high) / 2.0
        low, high = (offset, high) if sigmoid(bare + offset).mean() < y[annotated].mean() else (low, offset)
    return slope, pull, (low + high) / 2.0


def _fitted(x: Array, y: Array) -> tuple[float, float, float]:
    """Return the weights of a logistic regression by Newton's method, with a ridge of one row's weight; slopes are not negative."""
    weights = np.zeros(x.shape[1])
    free = np.ones(x.shape[1], dtype=bool)
    for _ in range(_STEPS):
        chance = sigmoid(x @ weights)
        gradient = x.T @ (chance - y) + weights
        curvature = (x.T * (chance * (1.0 - chance))) @ x + np.eye(x.shape[1])
        weights[free] -= np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        if (weights[:2] < 0).any():
            free[:2] &= weights[:2] >= 0
            weights[:2] = np.maximum(weights[:2], 0.0)
    return float(weights[0]), float(weights[1]), float(weights[2])


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
