"""The crisis detector: a calibrated score, flag, category and spans for each text.

A cascade: hashed n-grams with two sets of linear weights read every window of a text in microseconds. The `student`, fitted to the
encoder's own judgements, clears windows the encoder would hardly flag; the others go to the small encoder, whose logit is combined with
the `linear` one, fitted to the labels, and calibrated. Thresholds come from `policy/judges.toml`.

Lives here: scoring of texts. Must not live here: training (`train`), conversations (`score`), or what is done with a flagged record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, checksums, weight_bytes
from empathy_assets.engines.scoring.encoder import Encoder, TextClassifier
from empathy_assets.engines.scoring.features import WIDTH, weighted_sums
from empathy_assets.engines.scoring.logistic import sigmoid
from empathy_assets.engines.scoring.normalise import without_courtesy
from empathy_assets.engines.scoring.tier import Engine, Tier
from empathy_assets.engines.scoring.torch_encoder import TorchEncoder
from empathy_assets.engines.scoring.windows import cut
from empathy_assets.engines.sentences import STOP_OR_LINE, spans
from empathy_assets.policy.load import number
from empathy_assets.records.ids import digest

CATEGORIES = ("suicidality", "self-harm", "violence", "abuse", "psychosis", "panic", "substance", "eating-disorder", "other")
"""What a crisis is about; `other` where no category is likelier than chance."""

SPAN_SENTENCES = 24
"""Sentences of a text that are judged for spans: bounds the cost of a huge text."""

_EVERY_TURN = 1_000_000  # more than any conversation has

LINEAR_FILE = "crisis_linear.npz"
ENCODER_FILE = "crisis_encoder.onnx"
TOKENIZER_FILE = "crisis_tokenizer.json"


class _Windows(NamedTuple):
    """Windows of some texts, one after the other, as the cheap tier sees them.

    Attributes:
        texts: Number of texts.
        pieces: The windows.
        owner: Text of each window, ascending.
        logits: Shape (windows, 2): the linear and the student logit.
    """

    texts: int
    pieces: list[str]
    owner: NDArray[np.int64]
    logits: NDArray[np.float64]

    def highest(self, share: tuple[float, float]) -> NDArray[np.float64]:
        """Return the highest weighted sum, over each text's windows, of the two logits."""
        out = np.full(self.texts, -np.inf)
        np.maximum.at(out, self.owner, self.logits @ np.array(share))
        return out

    def of(self, texts: Sequence[int]) -> _Windows:
        """Return the windows of some of the texts, given by ascending number."""
        rank = np.full(self.texts, -1, dtype=np.int64)
        rank[texts] = np.arange(len(texts))
        here = np.flatnonzero(rank[self.owner] >= 0)
        return _Windows(len(texts), [self.pieces[k] for k in here.tolist()], rank[self.owner[here]], self.logits[here])


def text_key(text: str) -> str:
    """Return what a text is called where its score is remembered."""
    return digest(text)


class CrisisDetector:
    """Scores of texts; immutable, safe to share between threads."""

    def __init__(
        self,
        weights: dict[str, NDArray[Any]],
        encoder: TextClassifier | None,
        version: str,
        clear_below: float | None = None,
        tier: Tier = "cascade",
    ) -> None:
        self._linear = np.stack([weights["linear"], weights["student"]], axis=1).astype(np.float32)
        self._bias = np.array([weights["bias"][0], weights["student_bias"][0]], dtype=np.float64)
        self._category = weights["category"].astype(np.float32)
        self._category_bias = weights["category_bias"].astype(np.float64)
        self._blend = weights["blend"].astype(np.float64)
        self._alone = weights["alone"].astype(np.float64)
        self._encoder = encoder
        self.version = version
        """Name and hash of the weights."""
        self.threshold = float(weights["threshold"][0]) if "threshold" in weights else number("judges", "crisis.threshold")
        """Scores at or above it are flagged: policy's for the bundled weights, for others what their training found on held-out sources."""
        self.severe_threshold = number("judges", "crisis.severe_threshold")
        """Scores at or above it are severe."""
        cleared = -np.inf if tier == "encoder" else number("judges", "crisis.clear_below")
        self.clear_below = cleared if clear_below is None else clear_below
        """Windows whose student logit lies below it are cleared without asking the encoder."""
        self.conversation_turns = _turns_of(tier)
        """Client turns of a conversation that are judged: those the cheap tier ranks highest."""
        self._size = int(number("judges", "crisis.window_words"))
        self._stride = int(number("judges", "crisis.window_stride"))
        self._deepest = int(number("judges", "crisis.encoder_windows"))

    def score(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the calibrated crisis score of each text, 0 to 1; an empty text scores 0. Equal texts are scored once."""
        index: dict[str, int] = {}
        place = [index.setdefault(text, len(index)) for text in texts]
        return self._scored(self._read(list(index)))[place] if place else np.zeros(0)

    def screen(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the cheap tier's logit of each text, for ranking; higher is likelier a crisis."""
        return self._cheap(texts, (1.0, 1.0))

    def student(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the highest logit of each text's windows by which they are cleared (`clear_below`)."""
        return self._cheap(texts, (0.0, 1.0))

    def _cheap(self, texts: Sequence[str], share: tuple[float, float]) -> NDArray[np.float64]:
        """Return the highest weighted sum, over each text's windows, of the linear and the student logit."""
        return self._read(texts).highest(share) if texts else np.zeros(0)

    def _read(self, texts: Sequence[str]) -> _Windows:
        """Return the windows of at least one text, with the cheap tier's logits."""
        pieces, owners = cut([without_courtesy(text) for text in texts], self._size, self._stride)
        return _Windows(len(texts), pieces, np.array(owners, dtype=np.int64), weighted_sums(pieces, self._linear) + self._bias)

    def likeliest(self, texts: Sequence[str], owners: NDArray[Any], known: Mapping[str, float] | None = None) -> NDArray[np.float64]:
        """Return the calibrated score of each conversation's likeliest texts and 0 of the others; every text is hashed once.

        A conversation's score is that of its worst turn, so of each at most `conversation_turns` texts are judged: those that the cheap
        tier ranks highest.

        Args:
            texts: Texts of conversations.
            owners: Conversation of each text, ascending.
            known: Scores that this detector gave texts before, by `text_key`: those are not judged again.
        """
        if not texts:
            return np.zeros(0)
        read = self._read(texts)
        asked = _highest(read.highest((1.0, 1.0)), owners, self.conversation_turns)
        index: dict[str, int] = {}
        chosen: list[int] = asked.tolist()
        place = [index.setdefault(texts[k], k) for k in chosen]
        scores = np.zeros(len(texts))
        heard = {k: known[key] for text, k in index.items() if (key := text_key(text)) in known} if known else {}
        scores[list(heard)] = list(heard.values())
        if due := [k for k in index.values() if k not in heard]:
            scores[due] = self._scored(read.of(due))
        out = np.zeros(len(texts))
        out[asked] = scores[place]
        return out

    def category(self, texts: Sequence[str]) -> list[str]:
        """Return the likeliest category of each text, assuming that it is a crisis."""
        if not texts:
            return []
        logits = weighted_sums(texts, self._category, chars=False) + self._category_bias
        best = logits.argmax(axis=1)
        sure = logits.max(axis=1) >= np.log(1.0 / 8.0)
        return [CATEGORIES[k] if ok else "other" for k, ok in zip(best, sure, strict=True)]

    def spans(self, text: str, limit: int = 3) -> list[tuple[int, int, float]]:
        """Return (start, end, score) of the sentences that drive the text's score, strongest first, at most `limit`.

        The best sentence is always among them; the others only when flagged by themselves.
        """
        return self.spans_of([text], [None], limit)[0]

    def spans_of(self, texts: Sequence[str], scores: Sequence[float | None], limit: int = 3) -> list[list[tuple[int, int, float]]]:
        """Return what `spans` returns, for many texts at once.

        Args:
            texts: Texts, as a rule flagged ones. Of a long one the sentences that the cheap tier ranks highest are judged.
            scores: Their scores where known; a text of one sentence is not judged again.
            limit: Most sentences per text.
        """
        places = [self._likeliest_sentences(text) for text in texts]
        known = {text[p[0][0] : p[0][1]]: s for text, p, s in zip(texts, places, scores, strict=True) if len(p) == 1 and s is not None}
        asked = [text[a:b] for text, found in zip(texts, places, strict=True) for a, b in found if text[a:b] not in known]
        known |= dict(zip(asked, self.score(asked).tolist(), strict=True))
        out: list[list[tuple[int, int, float]]] = []
        for text, found in zip(texts, places, strict=True):
            ranked = sorted(((a, b, known[text[a:b]]) for a, b in found), key=lambda span: -span[2])[:limit]
            out.append([span for rank, span in enumerate(ranked) if rank == 0 or span[2] >= self.threshold])
        return out

    def _likeliest_sentences(self, text: str) -> list[tuple[int, int]]:
        places = spans(text, STOP_OR_LINE)
        if len(places) <= SPAN_SENTENCES:
            return places
        best = np.argsort(-self.screen([text[a:b] for a, b in places]), kind="stable")[:SPAN_SENTENCES]
        return [places[k] for k in np.sort(best)]

    def _scored(self, read: _Windows) -> NDArray[np.float64]:
        """Return the calibrated score of each text of these windows."""
        linear: NDArray[Any] = read.logits[:, 0]
        student: NDArray[Any] = read.logits[:, 1]
        pieces, owner = read.pieces, read.owner
        score = sigmoid(self._alone[0] * linear + self._alone[1])
        if self._encoder is not None:
            ask: NDArray[Any] = self._uncertain(student, owner)
            score = np.minimum(score, self.threshold * 0.5)
            chosen: list[int] = ask.tolist()
            deep = self._encoder.logits([pieces[i] for i in chosen])
            score[ask] = sigmoid(self._blend[0] * deep + self._blend[1] * linear[ask] + self._blend[2])
        score[[not piece.strip() for piece in pieces]] = 0.0
        out = np.zeros(read.texts)
        np.maximum.at(out, owner, score)
        return out

    def _uncertain(self, student: NDArray[Any], owner: NDArray[Any]) -> NDArray[Any]:
        """Return the pieces the encoder is asked about: not clearly harmless, and among the strongest of their text."""
        order = np.lexsort((-student, owner))
        first = np.searchsorted(owner[order], owner[order])
        rank = np.empty(len(owner), dtype=np.int64)
        rank[order] = np.arange(len(owner)) - first
        return np.flatnonzero((student >= self.clear_below) & (rank < self._deepest))


def _highest(ranked: NDArray[np.float64], owners: NDArray[Any], most: int) -> NDArray[np.int64]:
    """Return the indices, ascending, of each owner's at most `most` entries of highest rank."""
    order = np.lexsort((-ranked, owners))
    first = np.searchsorted(owners[order], owners[order])
    return np.sort(order[np.arange(len(order)) - first < most])


def _turns_of(tier: Tier) -> int:
    if tier == "encoder":
        return _EVERY_TURN
    return int(number("judges", "crisis.conversation_turns" if tier == "cascade" else "crisis.student_turns"))


@cache
def load_detector(folder: Path = MODELS_DIR, tier: Tier = "cascade", engine: Engine = "onnx") -> CrisisDetector:
    """Return the detector of `folder` (default: the bundled weights), read once per process.

    Args:
        folder: Where the weights lie.
        tier: Who judges the conversations of a frame.
        engine: What runs the encoder.

    Raises:
        WeightsError: Weights are missing or fail their checksum.
        ModuleNotFoundError: The engine needs the `gpu` extra.
    """
    known = checksums(folder)
    weights = arrays(weight_bytes(LINEAR_FILE, folder))
    if len(weights["linear"]) != 2 * WIDTH:
        raise ValueError(f"{LINEAR_FILE} has {len(weights['linear'])} columns, expected {2 * WIDTH}; train it again with this version")
    version = "crisis-" + "-".join(known[name][:8] for name in (LINEAR_FILE, ENCODER_FILE) if name in known)
    version = version if tier == "cascade" else f"{version}-{tier}"
    if ENCODER_FILE not in known:
        return CrisisDetector(weights, None, version, tier=tier)
    files = weight_bytes(ENCODER_FILE, folder), weight_bytes(TOKENIZER_FILE, folder)
    if engine == "torch":
        return CrisisDetector(weights, TorchEncoder(*files), f"{version}-torch", tier=tier)
    return CrisisDetector(weights, Encoder(*files), version, tier=tier)
