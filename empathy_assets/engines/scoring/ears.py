"""The EARS scorer: what an assistant's turns show (empathize, acknowledge, reflect, support), turn by turn and over a conversation.

Each component has one head per training source, because sources define components differently; a gate estimates which source's reading
fits a turn, and the component's probability is the mean over heads under that gate (mixture of experts, Jacobs et al. 1991). The heads'
logits come from a reader: the bundled encoder, or hashed words where a scorer was trained without one. A scorer may have a student that
settles the clear conversations of a frame without the encoder (`ears_student`).

Lives here: probabilities and evidence of texts. Must not live here: reading (`ears_encoder`, `ears_reader`), training (`train_ears`,
`finetune_ears`), frames (`score`), the gate at 0.80.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, checksums, weight_bytes
from empathy_assets.engines.scoring.crisis import TOKENIZER_FILE
from empathy_assets.engines.scoring.ears_encoder import OnnxTokens, PairEncoder
from empathy_assets.engines.scoring.ears_reader import Found, LinearReader, Reader, Sentences
from empathy_assets.engines.scoring.ears_student import STUDENT_FILE, as_heads
from empathy_assets.engines.scoring.logistic import sigmoid
from empathy_assets.engines.scoring.tier import Engine, Tier
from empathy_assets.engines.scoring.torch_encoder import TorchTokens
from empathy_assets.policy.load import number

EARS = ("empathize", "acknowledge", "reflect", "support")
"""The four components whose mean is the score."""

COMPONENTS = (*EARS, "question", "minimize", "directive")
"""Everything the scorer gives a probability of."""

EFFECT = "effect"
"""The head that tells replies of conversations whose clients were helped from those of conversations that failed."""

SCORER_FILE = "ears.npz"
READER_FILE = "ears_encoder.onnx"
_SURE = 1.0 - 1e-6
_EFFECT_BOUND = 3.0  # logits beyond are further than the heads' calibration has rows


def bounded_effect(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return logits of the head of effect within the bound in which they are averaged over a conversation."""
    return np.clip(logits, -_EFFECT_BOUND, _EFFECT_BOUND)


class ConversationScores(NamedTuple):
    """Scores of n conversations: arrays of length n, components by name."""

    ears: NDArray[np.float64]
    components: dict[str, NDArray[np.float64]]
    penalty: NDArray[np.float64]


class TurnScores(NamedTuple):
    """Scores of n assistant turns.

    Attributes:
        probabilities: Component -> probability that each turn shows it, length n; under `EFFECT` the probability that the turn is of a
            conversation that helps, as far as a turn tells.
        sentences: Returns of the turns at some places, each once, their sentences as character spans, and an array of shape (sentences,
            components): how much each sentence speaks for each of `COMPONENTS`.
    """

    probabilities: dict[str, NDArray[np.float64]]
    sentences: Callable[[Sequence[int]], Sentences]


class EarsScorer:
    """Scores of assistant turns; immutable, safe to share between threads."""

    def __init__(self, weights: Mapping[str, NDArray[Any]], reader: Reader, version: str, student: EarsScorer | None = None) -> None:
        """Take the heads.

        Args:
            weights: Per head its `component` (or `gate`), `source`, `bias`, `slope` and `offset`; per component of a conversation
                `somewhere_component` and `somewhere` (slope, slope of the effect, offset).
            reader: What finds the heads' logits.
            version: Name and hash of the weights.
            student: What settles the clear conversations of a frame; none if every one is read.
        """
        self._reader = reader
        component, source = weights["component"].astype(str), weights["source"].astype(str)
        self._gates = np.flatnonzero(component == "gate")
        place = {name: k for k, name in enumerate(source[self._gates])}
        self._of_source = np.array([place.get(name, 0) for name in source])
        self._belongs = component[:, None] == np.array(COMPONENTS)
        self._effect = np.flatnonzero(component == EFFECT)
        self._bias, self._slope, self._offset = (weights[name].astype(np.float64) for name in ("bias", "slope", "offset"))
        self._somewhere = {
            str(c): row for c, row in zip(weights["somewhere_component"], weights["somewhere"].astype(np.float64), strict=True)
        }
        self.version = version
        """Name and hash of the weights."""
        self.student = student
        """A quick scorer that settles the clear conversations of a frame, or none."""

    def turns(self, contexts: Sequence[str], responses: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Return per component, and for `EFFECT`, the probability that each response shows it.

        Args:
            contexts: The client's turn before each response; empty where there is none.
            responses: The assistant's turns, same length.
        """
        return self.judge(contexts, responses).probabilities

    def judge(self, contexts: Sequence[str], responses: Sequence[str]) -> TurnScores:
        """Return the probabilities of `turns` and what each sentence of a response has to do with them."""
        read = self._reader.read(contexts, responses)
        logits = np.asarray(read.logits, dtype=np.float64) + self._bias
        weight = self._weights(logits)
        known = sigmoid(logits * self._slope + self._offset) * weight
        total = np.maximum(weight @ self._belongs, 1e-12)
        found = (known @ self._belongs) / total
        probabilities = {component: found[:, k] for k, component in enumerate(COMPONENTS)}
        # One source or none knows of effect; a scorer without the head takes every turn as neutral.
        probabilities[EFFECT] = sigmoid(logits[:, self._effect[0]]) if len(self._effect) else np.full(len(logits), 0.5)
        return TurnScores(probabilities, partial(self._sentences, read, weight))

    def _weights(self, logits: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much each head counts for each turn: the chance that the turn is read as the head's source reads it."""
        gate = logits[:, self._gates]
        chance = np.exp(gate - gate.max(axis=1, keepdims=True)) if len(gate) else gate
        chance /= np.maximum(chance.sum(axis=1, keepdims=True), 1e-12)
        return chance[:, self._of_source] + 1e-9

    def _sentences(self, read: Found, weight: NDArray[np.float64], places: Sequence[int]) -> Sentences:
        belongs = self._belongs * self._slope[:, None]
        return [(spans, found @ (belongs * weight[k][:, None])) for k, (spans, found) in zip(places, read.sentences(places), strict=True)]

    def conversations(self, turn_scores: dict[str, NDArray[np.float64]], owners: NDArray[Any], count: int) -> ConversationScores:
        """Return the scores of `count` conversations from their turns' probabilities.

        P(component shown somewhere, to effect) is calibrated on conversations annotated by people, from the expected number of turns
        showing it, -sum(log(1 - p)), and from the mean effect of the turns. The penalty is the policy's weight times how far the most
        minimising and the most directive turn exceed its free level.

        Args:
            turn_scores: What `turns` returned.
            owners: Index of the conversation of each turn.
            count: Number of conversations; one without turns scores 0.
        """
        turns = np.bincount(owners, minlength=count)
        chance = np.clip(turn_scores[EFFECT], 1e-9, 1.0 - 1e-9)
        effect = bounded_effect(np.log(chance / (1.0 - chance)))
        helped = np.bincount(owners, weights=effect, minlength=count) / np.maximum(turns, 1)
        components: dict[str, NDArray[np.float64]] = {}
        for component in EARS:
            mass = np.bincount(owners, weights=-np.log1p(-np.minimum(turn_scores[component], _SURE)), minlength=count)
            slope, pull, offset = self._somewhere[component]
            chance = sigmoid(slope * np.log(np.maximum(mass, 1e-6)) + pull * helped + offset)
            components[component] = np.where(turns > 0, chance, 0.0)
        penalty = np.zeros(count)
        for component in ("minimize", "directive"):
            worst = np.zeros(count)
            np.maximum.at(worst, owners, turn_scores[component])
            free = number("judges", f"ears.{component}_free")
            penalty += number("judges", f"ears.{component}_weight") * np.clip((worst - free) / (1.0 - free), 0.0, 1.0)
        ears = np.clip(np.mean([components[c] for c in EARS], axis=0) - penalty, 0.0, 1.0)
        return ConversationScores(ears, components, penalty)


@cache
def load_scorer(folder: Path = MODELS_DIR, tier: Tier = "cascade", engine: Engine = "onnx") -> EarsScorer:
    """Return the scorer of `folder` (default: the bundled weights), read once per process.

    Args:
        folder: Where the weights lie.
        tier: Who judges the conversations of a frame; a folder without a student, or without an encoder, has one scorer for all tiers.
        engine: What runs the encoder.

    Raises:
        WeightsError: Weights are missing or fail their checksum.
        ModuleNotFoundError: The engine needs the `gpu` extra.
    """
    known = checksums(folder)
    weights = arrays(weight_bytes(SCORER_FILE, folder))
    version = f"ears-{known[SCORER_FILE][:8]}"
    if "hashed" in weights:
        return EarsScorer(weights, LinearReader(weights), version)
    student = None
    if STUDENT_FILE in known and tier != "encoder":
        heads = as_heads(arrays(weight_bytes(STUDENT_FILE, folder)), weights)
        student = EarsScorer(heads, LinearReader(heads), f"{version}-student-{known[STUDENT_FILE][:8]}")
        if tier == "student":
            return student
        version = f"{version}-cascade-{known[STUDENT_FILE][:8]}"
    network, tokenizer = weight_bytes(READER_FILE, folder), weight_bytes(TOKENIZER_FILE, folder)
    version = f"{version}-{known[READER_FILE][:8]}"
    tokens, version = (TorchTokens(network), f"{version}-torch") if engine == "torch" else (OnnxTokens(network), version)
    return EarsScorer(weights, PairEncoder(tokens, tokenizer, weights["vocabulary"]), version, student)
