"""Encoder of the cascade: a fine-tuned small transformer in int8 ONNX that judges what the linear tier cannot decide.

Lives here: tokenising, batching and running the network. Must not live here: when it is asked, or what its logit means.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.normalise import plain
from empathy_assets.engines.scoring.runtime import session, side_by_side, tokenizer

MAX_TOKENS = 96
"""Tokens per text; longer ones are cut. Windows are chosen so that this is rare."""

BATCH_TOKENS = 400
"""Tokens per call: what passes between two operators (6 kB a token) stays near the processor; 800 cost a tenth more CPU, 200 no less."""


class TextClassifier(Protocol):
    """What the detector asks of an encoder, whatever runs it: `Encoder` here, `torch_encoder.TorchEncoder` with torch."""

    def logits(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return one logit per text, in order."""
        ...


def batches(lengths: Sequence[int], tokens: int, *, alone: bool = False) -> list[list[int]]:
    """Return groups of positions of equal length, at most `tokens` tokens each but at least one text, the longest first.

    Args:
        lengths: Tokens of each text.
        tokens: Bound of a group.
        alone: Each text is a group of its own.
    """
    by_length: dict[int, list[int]] = {}
    for i, length in enumerate(lengths):
        by_length.setdefault(length, []).append(i)
    out: list[list[int]] = []
    for length in sorted(by_length, reverse=True):
        size = 1 if alone else max(1, tokens // max(length, 1))
        places = by_length[length]
        out += [places[k : k + size] for k in range(0, len(places), size)]
    return out


class Encoder:
    """A text classifier with one logit, on a CPU without torch.

    Texts of equal length are run together, without padding. Networks of `encoder_graph` scale activations per token, so no text's logit
    depends on its neighbours. A network with an attention mask (what `quantize_dynamic` makes) scales them per call: its texts are run one
    by one.
    """

    def __init__(self, network: bytes, pieces: bytes, threads: int | None = None) -> None:
        """Load the network and its tokenizer's JSON file (`pieces`); `threads` batches (null: `side_by_side`) run at a time."""
        self._session: Any = session(network)
        self._masked = any(given.name == "attention_mask" for given in self._session.get_inputs())
        self._threads = threads or side_by_side()
        self._tokenizer: Any = tokenizer(pieces, MAX_TOKENS)

    def logits(self, texts: Sequence[str]) -> NDArray[Any]:
        """Return one logit per text, in order."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch_fast([plain(text) for text in texts])]
        groups = batches([len(i) for i in ids], BATCH_TOKENS, alone=self._masked)
        out = np.zeros(len(texts))
        with ThreadPoolExecutor(self._threads) as pool:
            for group, found in zip(groups, pool.map(self._run, [[ids[i] for i in group] for group in groups]), strict=True):
                out[group] = found
        return out

    def _run(self, ids: list[list[int]]) -> NDArray[Any]:
        """Return the logits of texts of equal length, given as token numbers."""
        rows = np.array(ids, dtype=np.int64)
        given = {"input_ids": rows} | ({"attention_mask": np.ones_like(rows)} if self._masked else {})
        return self._session.run(None, given)[0][:, 0]
