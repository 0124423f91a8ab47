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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears_reader import Read, Spans, sentences_of
from empathy_assets.engines.scoring.encoder import BATCH_TOKENS, THREADS, batches
from empathy_assets.engines.scoring.normalise import plain
from empathy_assets.engines.scoring.runtime import session, tokenizer

CONTEXT_TOKENS = 32
"""Tokens of the client's words that are read, the last ones: a reply answers what was said last."""

REPLY_TOKENS = 120
"""Tokens of a reply that are read, the first ones; 99 % of annotated replies are shorter."""

_SPECIAL = 3  # one token before the pair, one after each text
_UNKNOWN = "[UNK]"
_UNREAD = -1e6  # share of a sentence beyond the last token read: below any other, so that it is never given as evidence


class PairEncoder:
    """Reads (context, reply) pairs on a CPU without torch; pairs of equal length run together, and no pair sees its neighbours."""

    def __init__(self, network: bytes, pieces: bytes, vocabulary: NDArray[Any], threads: int = THREADS) -> None:
        """Load the network.

        Args:
            network: ONNX file of `encoder_graph.token_graph`.
            pieces: The tokenizer's JSON file.
            vocabulary: Numbers of the tokenizer's pieces that the network knows, in the network's order; others are read as unknown.
            threads: Batches run side by side; changes no result.
        """
        self._session: Any = session(network)
        self._threads = threads
        self._tokenizer: Any = tokenizer(pieces)
        own = np.full(self._tokenizer.get_vocab_size(), -1, dtype=np.int64)
        own[vocabulary.astype(np.int64)] = np.arange(len(vocabulary))
        self._own = np.where(own < 0, own[self._tokenizer.token_to_id(_UNKNOWN)], own)
        self._start, self._stop = (int(own[self._tokenizer.token_to_id(name)]) for name in ("[CLS]", "[SEP]"))

    def read(self, contexts: Sequence[str], replies: Sequence[str]) -> Read:
        """Return what is found in each reply, in order."""
        spans = [sentences_of(text) for text in replies]
        pieces = self._pieces(replies, spans)
        before = self._tokens(contexts)
        pairs = [(before[context][-CONTEXT_TOKENS:], ids) for context, (ids, _) in zip(contexts, pieces, strict=True)]
        groups = batches([len(a) + len(b) + _SPECIAL for a, b in pairs], BATCH_TOKENS)
        logits: list[Any] = [None] * len(replies)
        shares: list[Any] = [None] * len(replies)
        with ThreadPoolExecutor(self._threads) as pool:
            for group, found in zip(groups, pool.map(self._run, [[pairs[i] for i in group] for group in groups]), strict=True):
                for i, tokens in zip(group, found, strict=True):
                    first = len(pairs[i][0]) + 2
                    logits[i], shares[i] = _pooled(tokens, first, pieces[i][1])
        found = np.stack(logits) if logits else np.zeros((0, self._heads), np.float32)
        return Read(found, spans, shares)

    @property
    def _heads(self) -> int:
        return self._session.get_outputs()[0].shape[2] // 2

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

    def _run(self, pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> NDArray[np.float32]:
        """Return the tokens' projections of pairs of equal length: shape (pair, token, 2 h)."""
        stop = [self._stop]
        ids = np.array([np.concatenate([[self._start], context, stop, reply, stop]) for context, reply in pairs], dtype=np.int64)
        segments = np.array([np.repeat([0, 1], [len(context) + 2, len(reply) + 1]) for context, reply in pairs], dtype=np.int64)
        return self._session.run(None, {"input_ids": ids, "segments": segments})[0]


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
    ends = np.cumsum(sizes)
    per_sentence = [
        added[end - size : end].mean(axis=0) if size else np.full(heads, _UNREAD) for size, end in zip(sizes, ends, strict=True)
    ]
    return logits, np.array(per_sentence, dtype=np.float32)
