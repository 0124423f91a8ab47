"""The EARS scorer: what an assistant's turns show (empathize, acknowledge, reflect, support), turn by turn and over a conversation.

Each component has one linear head per training source, because sources define components differently; a gate estimates which source's
reading fits a turn, and the component's probability is the mean over heads under that gate (mixture of experts, Jacobs et al. 1991).

Lives here: probabilities and evidence of texts. Must not live here: training (`train`), frames (`score`), the gate at 0.80.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, checksums, weight_bytes
from empathy_assets.engines.scoring.ears_features import dense, marked
from empathy_assets.engines.scoring.features import weighted_sums
from empathy_assets.engines.scoring.logistic import sigmoid
from empathy_assets.policy.load import number

EARS = ("empathize", "acknowledge", "reflect", "support")
"""The four components whose mean is the score."""

COMPONENTS = (*EARS, "question", "minimize", "directive")
"""Everything the scorer gives a probability of."""

SCORER_FILE = "ears.npz"
_SURE = 1.0 - 1e-6


class ConversationScores(NamedTuple):
    """Scores of n conversations: arrays of length n, components by name."""

    ears: NDArray[np.float64]
    components: dict[str, NDArray[np.float64]]
    penalty: NDArray[np.float64]


class EarsScorer:
    """Scores of assistant turns; immutable, safe to share between threads."""

    def __init__(self, weights: dict[str, NDArray[Any]], version: str) -> None:
        self._hashed = weights["hashed"].astype(np.float32)
        self._dense = weights["dense"].astype(np.float64)
        self._bias = weights["bias"].astype(np.float64)
        self._component = [str(c) for c in weights["component"]]
        self._source = [str(s) for s in weights["source"]]
        self._sources = sorted({s for s, c in zip(self._source, self._component, strict=True) if c == "gate"})
        self._slope = weights["slope"].astype(np.float64)
        self._offset = weights["offset"].astype(np.float64)
        self._somewhere = {
            str(c): row for c, row in zip(weights["somewhere_component"], weights["somewhere"].astype(np.float64), strict=True)
        }
        self.version = version
        """Name and hash of the weights."""

    def turns(self, contexts: Sequence[str], responses: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Return per component the probability that each response shows it.

        Args:
            contexts: The client's turn before each response; empty where there is none.
            responses: The assistant's turns, same length.
        """
        logits = weighted_sums(marked(responses), self._hashed, chars=False) + dense(contexts, responses) @ self._dense + self._bias
        gate = self._gate(logits)
        known = sigmoid(logits * self._slope + self._offset)
        out: dict[str, NDArray[np.float64]] = {}
        for component in COMPONENTS:
            heads = [k for k, c in enumerate(self._component) if c == component]
            share = np.stack([gate[self._source[k]] for k in heads], axis=1) + 1e-9
            out[component] = (known[:, heads] * share).sum(axis=1) / share.sum(axis=1)
        return out

    def conversations(self, turn_scores: dict[str, NDArray[np.float64]], owners: NDArray[Any], count: int) -> ConversationScores:
        """Return the scores of `count` conversations from their turns' probabilities.

        P(component shown somewhere) is calibrated on conversations annotated by people, from the expected number of turns showing it,
        -sum(log(1 - p)). The penalty is the policy's weight times how far the most minimising and the most directive turn exceed its
        free level.

        Args:
            turn_scores: What `turns` returned.
            owners: Index of the conversation of each turn.
            count: Number of conversations; one without turns scores 0.
        """
        has_turn = np.bincount(owners, minlength=count) > 0
        components: dict[str, NDArray[np.float64]] = {}
        for component in EARS:
            mass = np.bincount(owners, weights=-np.log1p(-np.minimum(turn_scores[component], _SURE)), minlength=count)
            slope, offset = self._somewhere[component]
            components[component] = np.where(has_turn, sigmoid(slope * np.log(np.maximum(mass, 1e-6)) + offset), 0.0)
        penalty = np.zeros(count)
        for component in ("minimize", "directive"):
            worst = np.zeros(count)
            np.maximum.at(worst, owners, turn_scores[component])
            free = number("judges", f"ears.{component}_free")
            penalty += number("judges", f"ears.{component}_weight") * np.clip((worst - free) / (1.0 - free), 0.0, 1.0)
        ears = np.clip(np.mean([components[c] for c in EARS], axis=0) - penalty, 0.0, 1.0)
        return ConversationScores(ears, components, penalty)

    def _gate(self, logits: NDArray[Any]) -> dict[str, NDArray[np.float64]]:
        """Return for each training source how likely each turn is to be read as that source reads it; sums to 1 over sources."""
        columns = [
            k for s in self._sources for k, (c, t) in enumerate(zip(self._component, self._source, strict=True)) if c == "gate" and t == s
        ]
        chance = sigmoid(logits[:, columns])
        chance /= np.maximum(chance.sum(axis=1, keepdims=True), 1e-12)
        return {source: chance[:, k] for k, source in enumerate(self._sources)}


@cache
def load_scorer(folder: Path = MODELS_DIR) -> EarsScorer:
    """Return the scorer of `folder` (default: the bundled weights), read once per process.

    Raises:
        WeightsError: Weights are missing or fail their checksum.
    """
    return EarsScorer(arrays(weight_bytes(SCORER_FILE, folder)), f"ears-{checksums(folder)[SCORER_FILE][:8]}")
