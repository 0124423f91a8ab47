"""The two encoders on torch: `encoder.Encoder` and `ears_encoder.OnnxTokens` from the same files, on a GPU where there is one.

Lives here: batches of tokens in, logits and projections out. Must not live here: the layers (`torch_network`), when an encoder is asked
(`crisis`, `ears`), training (`finetune`). Needs the `gpu` extra; torch and onnx are imported inside functions.

How far the two engines may differ, tested on the bundled weights: see `TOLERANCE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears_encoder import Pair, segments_of
from empathy_assets.engines.scoring.encoder import MAX_TOKENS
from empathy_assets.engines.scoring.normalise import plain
from empathy_assets.engines.scoring.runtime import tokenizer
from empathy_assets.engines.scoring.torch_network import TorchNetwork, padded_batches


@dataclass(frozen=True)
class Agreement:
    """How far the scores of two engines lie apart, in probability."""

    greatest: float
    """Of any one text."""
    mean: float
    """Over the texts."""

    def within(self, tolerance: Agreement) -> bool:
        """Return whether neither figure exceeds the tolerance."""
        return self.greatest <= tolerance.greatest and self.mean <= tolerance.mean


TOLERANCE = Agreement(greatest=0.06, mean=0.005)
"""What is kept over a hundred texts or more. Measured on 1,328: crisis 0.037 and 0.0015, the EARS components at most 0.012 and 0.0005. The
engines' activations are equal to 1e-6 until one is rounded the other way; from there a logit moves by about 0.02, a third of what the
roundings themselves move it."""


def agreement(one: NDArray[np.float64], other: NDArray[np.float64]) -> Agreement:
    """Return how far the scores of the same texts by two engines lie apart."""
    apart = np.abs(one - other)
    return Agreement(greatest=float(apart.max(initial=0.0)), mean=float(apart.mean()) if len(apart) else 0.0)


class TorchEncoder:
    """A text classifier with one logit; texts of similar length are run together, padding masked."""

    def __init__(self, network: bytes, pieces: bytes, device: str = "") -> None:
        """Load the network and its tokenizer's JSON file (`pieces`); for `device` and errors see `TorchNetwork`."""
        self._network = TorchNetwork(network, device)
        self._tokenizer: Any = tokenizer(pieces, MAX_TOKENS)

    def logits(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return one logit per text, in order."""
        ids: list[list[int]] = [encoding.ids for encoding in self._tokenizer.encode_batch_fast([plain(text) for text in texts])]
        out = np.zeros(len(texts))
        for group in padded_batches([len(row) for row in ids], self._network.batch_tokens):
            out[group] = self._network.classified([ids[i] for i in group])
        return out


class TorchTokens:
    """The network of the EARS reader; pairs of similar length are run together, padding masked."""

    def __init__(self, network: bytes, device: str = "") -> None:
        """Load an ONNX file of `encoder_graph.token_graph`; for `device` and errors see `TorchNetwork`."""
        self._network = TorchNetwork(network, device)

    @property
    def width(self) -> int:
        """Numbers per token."""
        return self._network.projections

    def project(self, pairs: Sequence[Pair]) -> list[NDArray[np.float32]]:
        """Return the projection of every token of each pair, shape (token, width)."""
        ids = [np.concatenate(pair) for pair in pairs]
        out: list[Any] = [None] * len(pairs)
        for group in padded_batches([len(row) for row in ids], self._network.batch_tokens):
            found = self._network.projected([ids[i] for i in group], [segments_of(pairs[i]) for i in group])
            for i, tokens in zip(group, found, strict=True):
                out[i] = tokens
        return out
