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


class Read(NamedTuple):
    """What was found in n replies; h is the number of heads.

    Attributes:
        logits: Shape (n, h), without the heads' bias.
        spans: Per reply its sentences, as character spans of the text as given; at least one.
        shares: Per reply an array of shape (sentences, h): what each sentence speaks for, comparable within the reply.
    """

    logits: NDArray[Any]
    spans: list[Spans]
    shares: list[NDArray[Any]]


class Reader(Protocol):
    """What the scorer asks of a reader."""

    def read(self, contexts: Sequence[str], replies: Sequence[str]) -> Read:
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

    def read(self, contexts: Sequence[str], replies: Sequence[str]) -> Read:
        """Return what is found in each reply, in order."""
        spans = [sentences_of(text) for text in replies]
        place: dict[str, int] = {}
        where = [[place.setdefault(text[a:b], len(place)) for a, b in found] for text, found in zip(replies, spans, strict=True)]
        alone = weighted_sums(marked(list(place)), self._hashed, chars=False)
        return Read(self._logits(contexts, replies), spans, [alone[rows] for rows in where])

    def _logits(self, contexts: Sequence[str], replies: Sequence[str]) -> NDArray[np.float64]:
        return weighted_sums(marked(replies), self._hashed, chars=False) + dense(contexts, replies) @ self._dense
