"""Features of an assistant turn in its context: marked text for the hash, and a dozen dense figures.

Lives here: what the EARS scorer sees of (context, response). Must not live here: weights or components.
A word is a run of the letters a-z and apostrophes; stems are kept as numbers, so that a chunk of turns costs some dozen array operations.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

DENSE = (
    "log_words",
    "questions",
    "ends_in_question",
    "overlap_share",
    "overlap_log",
    "new_share",
    "you_share",
    "i_share",
    "context_log",
    "mirrors_feeling",
)

COMMON = frozenset(
    [
        "a",
        "about",
        "after",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "don't",
        "for",
        "from",
        "get",
        "go",
        "got",
        "had",
        "has",
        "have",
        "he",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "i'm",
        "if",
        "in",
        "into",
        "is",
        "it",
        "it's",
        "just",
        "like",
        "me",
        "more",
        "my",
        "no",
        "not",
        "of",
        "off",
        "on",
        "one",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "really",
        "she",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "up",
        "us",
        "very",
        "was",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "yes",
        "yeah",
        "you",
        "your",
    ]
)
_FEELING = r"\b(feel|feeling|felt|sounds?|seems?|hear|imagine|sense|must be|must have)\b"
_STEM = 6  # letters kept
_KEY = 8  # letters of a word that are looked at: more than any of `COMMON` has
_BLOCK = 1 << 15  # pairs measured at once: the number of a text and a stem share 64 bits


def marked(responses: Sequence[str]) -> list[str]:
    """Return the responses with a token at the beginning and for question and exclamation marks, which the hash would lose."""
    return ["qzbegin " + r.replace("?", " qzask ").replace("!", " qzloud ") for r in responses]


def dense(contexts: Sequence[str], responses: Sequence[str]) -> NDArray[Any]:
    """Return the dense features, shape (n, len(DENSE)), each about 0..1.

    Args:
        contexts: The client's preceding turn, empty where there is none.
        responses: The assistant's turn.
    """
    blocks = range(0, len(responses), _BLOCK)
    found = [_dense_block(contexts[at : at + _BLOCK], responses[at : at + _BLOCK]) for at in blocks]
    return np.concatenate([np.zeros((0, len(DENSE))), *found])


def _dense_block(contexts: Sequence[str], responses: Sequence[str]) -> NDArray[Any]:
    index: dict[str, int] = {}
    place = np.array([index.setdefault(context, len(index)) for context in contexts], dtype=np.uint64)
    lower = [response.lower() for response in responses]
    told = _words(lower)
    known, content = _distinct(_words([context.lower() for context in index])), _distinct(told)
    owner = (content >> np.uint64(48)).astype(np.int64)
    asked = (place[owner] << np.uint64(48)) | (content & np.uint64((1 << 48) - 1))
    hit = known[np.searchsorted(known, asked).clip(max=max(len(known) - 1, 0))] == asked if len(known) else np.zeros(len(asked), dtype=bool)
    shared = np.bincount(owner[hit], minlength=len(responses)).astype(np.float64)
    own = np.bincount(owner, minlength=len(responses)).astype(np.float64)
    of_context = np.bincount((known >> np.uint64(48)).astype(np.int64), minlength=len(index)).astype(np.float64)
    n, least = np.maximum(told.total, 1.0), np.maximum(own, 1.0)
    return np.stack(
        [
            np.log1p(n) / 4.0,
            np.array([min(response.count("?"), 3) for response in responses]) / 3.0,
            np.array([response.rstrip(" \"')").endswith("?") for response in responses], dtype=np.float64),
            shared / least,
            np.log1p(shared) / 2.0,
            (own - shared) / least,
            np.minimum(5.0 * told.you / n, 1.0),
            np.minimum(5.0 * told.i / n, 1.0),
            np.log1p(of_context[place.astype(np.int64)]) / 4.0,
            _mirrors(lower),
        ],
        axis=1,
    )


def _mirrors(lower: Sequence[str]) -> NDArray[np.float64]:
    """Return 1.0 for each text that names a feeling or an impression."""
    # What a letter is, beyond ASCII, the two kinds of expression see differently.
    found = (
        pl.Series([text if text.isascii() else "" for text in lower], dtype=pl.String).str.contains(_FEELING).to_numpy().astype(np.float64)
    )
    for i, text in enumerate(lower):
        if not text.isascii():
            found[i] = _feeling().search(text) is not None
    return found


@cache
def _feeling() -> re.Pattern[str]:
    return re.compile(_FEELING)


class _Words(NamedTuple):
    """The words of some texts.

    Attributes:
        owner: Text of each content word.
        stem: Its first letters, as a number of 48 bits.
        total: Words of each text.
        you: How many of them begin with `you`.
        i: How many of them are `i`, alone or before an apostrophe.
    """

    owner: NDArray[np.uint64]
    stem: NDArray[np.uint64]
    total: NDArray[np.float64]
    you: NDArray[np.float64]
    i: NDArray[np.float64]


def _packed(word: bytes) -> int:
    """Return the first `_KEY` bytes of a word as a number."""
    return int.from_bytes(word[:_KEY].ljust(_KEY, b"\0"), "big")


def _words(texts: Sequence[str]) -> _Words:
    """Return the words of texts in lower case."""
    raw = [text.encode("utf-8", "replace") for text in texts]
    data = np.frombuffer(b"\n" + b"\n".join(raw) + b"\n" * _KEY, dtype=np.uint8)
    inside = ((data >= ord("a")) & (data <= ord("z"))) | (data == ord("'"))
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    start, length = edges[0::2], edges[1::2] - edges[0::2]
    ends = np.cumsum([len(text) + 1 for text in raw])
    owner = np.searchsorted(ends, start)
    key = np.zeros(len(start), dtype=np.uint64)
    for k in range(_KEY):
        letter = np.where(length > k, data[start + k], 0).astype(np.uint64)
        key |= letter << np.uint64(8 * (_KEY - 1 - k))
    first, second = (key >> np.uint64(56)).astype(np.int64), (key >> np.uint64(48)).astype(np.int64) & 255
    you = (key >> np.uint64(40)) == np.uint64(_packed(b"you") >> 40)
    i = (first == ord("i")) & ((length == 1) | (second == ord("'")))
    common = _common()
    function = (length <= 2) | ((length <= _KEY) & (common[np.searchsorted(common, key).clip(max=len(common) - 1)] == key))
    stem = key[~function] >> np.uint64(8 * (_KEY - _STEM))
    per_text = [np.bincount(owner[which], minlength=len(texts)).astype(np.float64) for which in (slice(None), you, i)]
    return _Words(owner[~function].astype(np.uint64), stem, *per_text)


@cache
def _common() -> NDArray[np.uint64]:
    return np.sort(np.array([_packed(word.encode()) for word in COMMON], dtype=np.uint64))


def _distinct(words: _Words) -> NDArray[np.uint64]:
    """Return the distinct (text, stem) pairs, ascending: the text in the upper 16 bits, the stem in the lower 48."""
    pairs = np.sort((words.owner << np.uint64(48)) | words.stem)
    return pairs[np.r_[True, pairs[1:] != pairs[:-1]]] if len(pairs) else pairs
