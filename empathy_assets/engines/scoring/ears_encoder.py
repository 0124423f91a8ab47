"""Encoder of the EARS scorer: a small transformer in int8 ONNX that reads a client's words and the reply to them, token by token.

Lives here: tokenising pairs, running the network, and pooling its tokens into the logits of a reply and of its sentences. Must not live
here: what a head means, calibration (`ears`), training (`finetune_ears`).

A head's logit is the mean of its projection over all tokens plus the mean of a second projection over the reply's tokens. It therefore
falls apart into what each sentence adds, exactly: evidence costs no second reading (additive attribution, as in Sundararajan et al. 2017
for linear readouts).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears_reader import Read, Spans, sentences_of
from empathy_assets.engines.scoring.encoder import BATCH_TOKENS, batches
from empathy_assets.engines.scoring.normalise import plain
from empathy_assets.engines.scoring.runtime import session, side_by_side, tokenizer

CONTEXT_TOKENS = 32
"""Tokens of the client's words that are read, the last ones: a reply answers what was said last."""

REPLY_TOKENS = 120
"""Tokens of a reply that are read, the first ones; 99 % of annotated replies are shorter."""

_UNKNOWN = "[UNK]"
_UNREAD = -1e6  # share of a sentence beyond the last token read: below any other, so that it is never given as evidence


Pair = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Numbers of a pair's tokens: opening token, context and its closing token; reply and its closing token."""


class TokenProjector(Protocol):
    """What the reader asks of a network, whatever runs it: `OnnxTokens` here, `torch_encoder.TorchTokens` with torch."""

    @property
    def width(self) -> int:
        """Numbers per token."""
        ...

    def project(self, pairs: Sequence[Pair]) -> list[NDArray[np.float32]]:
        """Return the projection of every token of each pair, shape (token, width)."""
        ...


class OnnxTokens:
    """The network on a CPU without torch; pairs of equal length run together, and no pair sees its neighbours."""

    def __init__(self, network: bytes, threads: int | None = None) -> None:
        """Load an ONNX file of `encoder_graph.token_graph`; `threads` batches (null: `side_by_side`) run at a time."""
        self._session: Any = session(network)
        self._threads = threads or side_by_side()

    @property
    def width(self) -> int:
        """Numbers per token."""
        return self._session.get_outputs()[0].shape[2]

    def project(self, pairs: Sequence[Pair]) -> list[NDArray[np.float32]]:
        """Return the projection of every token of each pair, shape (token, width)."""
        groups = batches([len(a) + len(b) for a, b in pairs], BATCH_TOKENS)
        out: list[Any] = [None] * len(pairs)
        with ThreadPoolExecutor(self._threads) as pool:
            for group, found in zip(groups, pool.map(self._run, [[pairs[i] for i in group] for group in groups]), strict=True):
                for i, tokens in zip(group, found, strict=True):
                    out[i] = tokens
        return out

    def _run(self, pairs: list[Pair]) -> NDArray[np.float32]:
        """Return the projections of pairs of equal length: shape (pair, token, width)."""
        ids = np.array([np.concatenate(pair) for pair in pairs])
        return self._session.run(None, {"input_ids": ids, "segments": np.array([segments_of(pair) for pair in pairs])})[0]


def segments_of(pair: Pair) -> NDArray[np.int64]:
    """Return of each token of a pair whether it is of the first text (0) or the second (1)."""
    return np.repeat([0, 1], [len(part) for part in pair])


class PairEncoder:
    """Reads (context, reply) pairs."""

    def __init__(self, network: TokenProjector, pieces: bytes, vocabulary: NDArray[Any]) -> None:
        """Take the network.

        Args:
            network: What projects the tokens of a pair.
            pieces: The tokenizer's JSON file.
            vocabulary: Numbers of the tokenizer's pieces that the network knows, in the network's order; others are read as unknown.
        """
        self._network = network
        self._tokenizer: Any = tokenizer(pieces)
        own = np.full(self._tokenizer.get_vocab_size(), -1, dtype=np.int64)
        own[vocabulary.astype(np.int64)] = np.arange(len(vocabulary))
        self._own = np.where(own < 0, own[self._tokenizer.token_to_id(_UNKNOWN)], own)
        self._start, self._stop = (int(own[self._tokenizer.token_to_id(name)]) for name in ("[CLS]", "[SEP]"))

    def read(self, contexts: Sequence[str], replies: Sequence[str]) -> Read:
        """Return what is found in each reply, in order."""
        spans = [sentences_of(text) for text in replies]
        pieces = self._pieces(replies, spans)
        pairs = self._pairs(contexts, [ids for ids, _ in pieces])
        found = [
            _pooled(tokens, len(pair[0]), sizes)
            for tokens, pair, (_, sizes) in zip(self._network.project(pairs), pairs, pieces, strict=True)
        ]
        logits = np.stack([of_reply for of_reply, _ in found]) if found else np.zeros((0, self._network.width // 2), np.float32)
        return Read(logits, spans, [shares for _, shares in found])

    def pairs(self, contexts: Sequence[str], replies: Sequence[str]) -> list[Pair]:
        """Return what the network is given for each reply, in order."""
        return self._pairs(contexts, [ids for ids, _ in self._pieces(replies, [sentences_of(text) for text in replies])])

    def _pairs(self, contexts: Sequence[str], replies: Iterable[NDArray[np.int64]]) -> list[Pair]:
        before = self._tokens(contexts)
        return [
            (np.concatenate([[self._start], before[context][-CONTEXT_TOKENS:], [self._stop]]), np.append(reply, self._stop))
            for context, reply in zip(contexts, replies, strict=True)
        ]

    def _tokens(self, texts: Iterable[str]) -> dict[str, NDArray[np.int64]]:
        """Return the tokens of each text; one that stands in many places is cut once."""
        distinct = list(dict.fromkeys(texts))
        encoded = self._tokenizer.encode_batch_fast([plain(text) for text in distinct], add_special_tokens=False)
        return {text: self._own[np.array(encoding.ids, dtype=np.int64)] for text, encoding in zip(distinct, encoded, strict=True)}

    def _pieces(self, texts: Sequence[str], spans: Sequence[Spans]) -> list[tuple[NDArray[np.int64], list[int]]]:
        """Return each reply's tokens and how many of them each sentence has; sentences beyond the last token read have none."""
        tokens = self._tokens(text[a:b] for text, where in zip(texts, spans, strict=True) for a, b in where)
        out: list[tuple[NDArray[np.int64], list[int]]] = []
        for text, where in zip(texts, spans, strict=True):
            found = [tokens[text[a:b]] for a, b in where]
            ends = np.minimum(np.cumsum([len(ids) for ids in found]), REPLY_TOKENS)
            out.append((np.concatenate(found)[:REPLY_TOKENS], np.diff(ends, prepend=0).tolist()))
        return out


def _pooled(tokens: NDArray[np.float32], first: int, sizes: list[int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the logits of one reply and what each of its sentences adds per token.

    Args:
        tokens: Projections, shape (token, 2 h): over all tokens, over the reply's tokens.
        first: Number of the reply's first token; its last is followed by one closing token, which counts as the reply's.
        sizes: Tokens of each sentence.
    """
    heads = tokens.shape[1] // 2
    whole, reply = tokens[:, :heads], tokens[first:, heads:]
    logits = whole.mean(axis=0) + reply.mean(axis=0)
    added = tokens[first:, :heads] / len(tokens) + reply / max(1, len(reply))
    per_sentence = np.full((len(sizes), heads), _UNREAD, dtype=np.float32)
    read = np.flatnonzero(sizes)
    if len(read):
        count = np.array(sizes)[read]
        per_sentence[read] = np.add.reduceat(added[: count.sum()], np.cumsum(count) - count) / count[:, None]
    return logits, per_sentence
