"""Training of the EARS scorer from labelled rows without an encoder: one linear head per (source, component) and a gate over sources.

Lives here: the linear fits. Must not live here: folds, calibration, figures (`ears_calibration`), the encoder (`finetune_ears`), files of
labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import save
from empathy_assets.engines.scoring.ears import EFFECT, SCORER_FILE
from empathy_assets.engines.scoring.ears_calibration import FAILED, FOLDS, Replies, ScorerReport, calibrated
from empathy_assets.engines.scoring.ears_features import dense, marked
from empathy_assets.engines.scoring.features import Columns
from empathy_assets.engines.scoring.logistic import fit
from empathy_assets.engines.scoring.train import Subset, rarity

Array = NDArray[Any]
_Head = tuple[Array, Array, float]

L2 = 0.02
GATE_L2 = 0.1
EFFECT_L2 = 0.1
ITERATIONS = 40


class _Features:
    """The replies as hashed columns and dense figures."""

    def __init__(self, replies: Replies) -> None:
        self.dense = dense(replies.contexts, replies.responses)
        self.columns = Columns(marked(replies.responses), chars=False)
        self.scale = rarity(self.columns)

    def fit(self, keep: Array, target: Array, l2: float) -> _Head:
        """Return the weights of one head on the rows `keep`."""
        subset = Subset(self.columns, keep, self.scale)
        hashed, extra, bias = fit(subset, self.dense[keep], target[keep], np.ones(int(keep.sum())), l2=l2, iterations=ITERATIONS)
        return hashed * self.scale, extra, bias

    def apply(self, head: _Head, rows: Array) -> Array:
        """Return the logits of a head on some rows."""
        return Subset(self.columns, rows, np.ones(self.columns.n_columns)).dot(head[0]) + self.dense[rows] @ head[1] + head[2]


def train_scorer(rows: Sequence[Mapping[str, Any]], folder: Path) -> ScorerReport:
    """Train the scorer on `rows` and write it to `folder`.

    Args:
        rows: Mappings with `context` (list of role and content), `response`, `labels` (component -> 0, 1 or null), `source`, `conv_id`.
        folder: Where the weights and their checksum go; load them with `ears.load_scorer(folder)`.

    Raises:
        ValueError: No row is labelled for one of the seven components.
    """
    replies = Replies(rows)
    names = replies.heads()
    features = _Features(replies)
    logits = np.zeros((len(replies.source), len(names)))
    heads: list[_Head] = []
    for k, (component, source) in enumerate(names):
        own, target = replies.annotated(component, source), replies.labels[component]
        for fold in range(FOLDS):
            test = own & (replies.fold == fold)
            if test.any():
                logits[test, k] = features.apply(features.fit(own & ~test, target, L2), test)
        heads.append(features.fit(own, target, L2))
        failed = replies.source == f"{source}{FAILED}"
        if failed.any():
            logits[failed, k] = features.apply(heads[-1], failed)
    rated = replies.rated()
    asked = ~np.isnan(rated)
    effect = np.zeros(len(replies.source))
    if asked.any():
        for fold in range(FOLDS):
            test = asked & (replies.fold == fold)
            effect[test] = features.apply(features.fit(asked & ~test, np.nan_to_num(rated), EFFECT_L2), test)
    found = calibrated(replies, names, logits, effect)
    sources = sorted({source for _, source in names})
    everything = ~np.char.endswith(replies.source, FAILED)
    heads += [features.fit(everything, (replies.source == source).astype(float), GATE_L2) for source in sources]
    others = [("gate", source) for source in sources]
    if asked.any():
        heads.append(features.fit(asked, np.nan_to_num(rated), EFFECT_L2))
        others.append((EFFECT, EFFECT))
    weights = found.weights() | {
        "hashed": np.stack([head[0] for head in heads], axis=1).astype(np.float16),
        "dense": np.stack([head[1] for head in heads], axis=1),
        "bias": np.array([head[2] for head in heads]),
        "slope": np.concatenate([found.slope, np.ones(len(others))]),
        "offset": np.concatenate([found.offset, np.zeros(len(others))]),
        "component": np.array([component for component, _ in [*names, *others]]),
        "source": np.array([source for _, source in [*names, *others]]),
    }
    return ScorerReport(found.heads, save(folder, SCORER_FILE, weights), found.held_out)
