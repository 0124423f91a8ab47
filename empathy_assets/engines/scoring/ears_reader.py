"""Readers of replies: what finds the logits of the EARS heads in a (context, reply) pair, and the linear one, which needs no encoder.

Lives here: the form of what a reader finds, and hashed words with dense figures as a reader. Must not live here: the encoder
(`ears_encoder`), what a head means or how it is calibrated (`ears`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears_features import dense, marked
from empathy_assets.engines.scoring.features import weighted_sums
from empathy_assets.engines.sentences import STOP_OR_LINE, spans

Spans = list[tuple[int, int]]


Sentences = list[tuple[Spans, NDArray[Any]]]
"""Of some replies, each one's sentences as character spans, and an array of shape (sentences, h): what each sentence speaks for."""


class Found(Protocol):
    """What a reader found in n replies; h is the number of heads.

    Attributes:
        logits: Shape (n, h), without the heads' bias.
    """

    @property
    def logits(self) -> NDArray[Any]:
        """The heads' logits."""
        ...

    def sentences(self, places: Sequence[int]) -> Sentences:
        """Return the sentences of the replies at these places and what each speaks for, comparable within a reply."""
        ...


class Read(NamedTuple):
    """What was found by a reader that looks at every sentence anyway.

    Attributes:
        logits: Shape (n, h), without the heads' bias.
        spans: Per reply its sentences, as character spans of the text as given; at least one.
        shares: Per reply an array of shape (sentences, h): what each sentence speaks for, comparable within the reply.
    """

    logits: NDArray[Any]
    spans: list[Spans]
    shares: list[NDArray[Any]]

    def sentences(self, places: Sequence[int]) -> Sentences:
        """Return the sentences of the replies at these places and what each speaks for."""
        return [(self.spans[k], self.shares[k]) for k in places]


class Reader(Protocol):
    """What the scorer asks of a reader."""

    def read(self, contexts: Sequence[str], replies: Sequence[str]) -> Found:
        """Return what is found in each reply, in order."""
        ...


def sentences_of(text: str) -> Spans:
    """Return the sentences of a reply; a reply without any is one span."""
    return spans(text, STOP_OR_LINE) or [(0, len(text))]


class LinearReader:
    """Hashed word n-grams of the reply and dense figures of the pair; a sentence's share is what its own words speak for."""

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        self._hashed = weights["hashed"].astype(np.float32)
        self._dense = weights["dense"].astype(np.float64)

    def read(self, contexts: Sequence[str], replies: Sequence[str]) -> Found:
        """Return what is found in each reply, in order."""
        return LinearRead(self.summed(replies) + dense(contexts, replies) @ self._dense, replies, self)

    def summed(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return what the words of each text speak for, shape (texts, h)."""
        return weighted_sums(marked(texts), self._hashed, chars=False)


class LinearRead(NamedTuple):
    """What the linear reader found; sentences are read when they are asked for, which is of few replies."""

    logits: NDArray[Any]
    replies: Sequence[str]
    reader: LinearReader

    def sentences(self, places: Sequence[int]) -> Sentences:
        """Return the sentences of the replies at these places and what the words of each speak for."""
        spans = [sentences_of(self.replies[k]) for k in places]
        index: dict[str, int] = {}
        rows = [[index.setdefault(self.replies[k][a:b], len(index)) for a, b in found] for k, found in zip(places, spans, strict=True)]
        alone = self.reader.summed(list(index))
        return [(found, alone[own]) for found, own in zip(spans, rows, strict=True)]
