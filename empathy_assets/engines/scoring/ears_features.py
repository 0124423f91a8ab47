"""Features of an assistant turn in its context: marked text for the hash, and a dozen dense figures.

Lives here: what the EARS scorer sees of (context, response). Must not live here: weights or components.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
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

_WORD = re.compile(r"[a-z']+")
_YOU = re.compile(r"(?<![a-z'])you")
_I = re.compile(r"(?<![a-z'])i(?![a-z])")
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
_FEELING = re.compile(r"\b(feel|feeling|felt|sounds?|seems?|hear|imagine|sense|must be|must have)\b")


def marked(responses: Sequence[str]) -> list[str]:
    """Return the responses with a token at the beginning and for question and exclamation marks, which the hash would lose."""
    return ["qzbegin " + r.replace("?", " qzask ").replace("!", " qzloud ") for r in responses]


def dense(contexts: Sequence[str], responses: Sequence[str]) -> NDArray[Any]:
    """Return the dense features, shape (n, len(DENSE)), each about 0..1.

    Args:
        contexts: The client's preceding turn, empty where there is none.
        responses: The assistant's turn.
    """
    out = np.zeros((len(responses), len(DENSE)))
    cache: dict[str, frozenset[str]] = {}
    for i, (context, response) in enumerate(zip(contexts, responses, strict=True)):
        said = cache.get(context)
        if said is None:
            said = cache[context] = _content(_WORD.findall(context.lower()))
        lower = response.lower()
        words = _WORD.findall(lower)
        content = _content(words)
        shared = len(content & said)
        n = max(len(words), 1)
        out[i] = (
            np.log1p(n) / 4.0,
            min(response.count("?"), 3) / 3.0,
            response.rstrip(" \"')").endswith("?"),
            shared / max(len(content), 1),
            np.log1p(shared) / 2.0,
            (len(content) - shared) / max(len(content), 1),
            min(5.0 * len(_YOU.findall(lower)) / n, 1.0),
            min(5.0 * len(_I.findall(lower)) / n, 1.0),
            np.log1p(len(said)) / 4.0,
            _FEELING.search(lower) is not None,
        )
    return out


def _content(words: Sequence[str]) -> frozenset[str]:
    """Return the stems (first six letters) of the words that are not function words."""
    return frozenset(map(_stem, words)) - _NONE


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    return word[:6] if len(word) > 2 and word not in COMMON else ""


_NONE = frozenset([""])
