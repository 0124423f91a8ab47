"""Groundedness: the share of a reply's claims that its passage supports.

A claim is a sentence with at least three content words that is not a question. It counts as supported in proportion to how many of its
content
stems, weighted by length, occur in the passage, full at a share of 0.5 (the rest of a sentence is the counsellor's own address to the
client).

Lives here: that measure. Must not live here: the gate on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears_features import COMMON
from empathy_assets.engines.scoring.windows import sentences
from empathy_assets.policy.load import number

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+")
_STEM = 6  # letters kept: joins attach/attachment/attached without a stemmer
_CLAIM_WORDS = 3


def groundedness(reply: str, passage: str) -> float:
    """Return the share of the reply's claims supported by the passage, 0 to 1; 0 when the reply makes no claim."""
    return float(groundedness_of([reply], [passage])[0])


def groundedness_of(replies: Sequence[str], passages: Sequence[str]) -> NDArray[np.float64]:
    """Return `groundedness` of many pairs; each distinct passage is read once."""
    full = number("judges", "groundedness.full_share")
    known: dict[str, frozenset[str]] = {}
    out = np.zeros(len(replies))
    for i, (reply, passage) in enumerate(zip(replies, passages, strict=True)):
        if passage not in known:
            known[passage] = stems(passage)
        supported = [min(1.0, share / full) for share in _claim_shares(reply, known[passage])]
        out[i] = sum(supported) / len(supported) if supported else 0.0
    return out


def stems(text: str) -> frozenset[str]:
    """Return the stems of the content words of `text`."""
    return frozenset(word[:_STEM] for word in (w.casefold() for w in _WORD.findall(text)) if len(word) > 2 and word not in COMMON)


def _claim_shares(reply: str, passage: frozenset[str]) -> list[float]:
    """Return for each claim the share of its content stems found in the passage, weighted by their length."""
    shares: list[float] = []
    for start, end in sentences(reply):
        sentence = reply[start:end]
        found = stems(sentence)
        if len(found) < _CLAIM_WORDS or sentence.rstrip(" \"'\u201d").endswith("?"):
            continue
        shares.append(sum(len(s) for s in found & passage) / sum(len(s) for s in found))
    return shares
