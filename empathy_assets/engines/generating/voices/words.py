"""Words and sentences of talks, whether punctuated or as a speech recogniser leaves them.

Lives here: cutting and counting. Must not live here: what the counts say of a voice.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from empathy_assets.engines.sentences import AFTER_STOP, sentences
from empathy_assets.policy.load import number, table

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
_STOP = re.compile(r"[.!?](?=\s|$|[\"')\]])")

Vector = npt.NDArray[np.float64]


def plain(text: str) -> str:
    """Return `text` with straight apostrophes and single spaces."""
    return " ".join(_straight(text).split())


def _straight(text: str) -> str:
    """Return `text` with straight apostrophes; three searches, mostly in vain, cost a third of one translation."""
    return text.replace("\u2019", "'").replace("\u2018", "'").replace("\u02bc", "'")


def words_of(text: str) -> list[str]:
    """Return the words of `text` in lower case, contractions whole (`don't`)."""
    return _WORD.findall(_straight(text).lower())


def sentences_of(text: str) -> list[str]:
    """Return the sentences of `text`; a text without sentence marks is one sentence."""
    return sentences(plain(text), AFTER_STOP)


def is_punctuated(texts: Iterable[str]) -> bool:
    """Return whether sentence marks are as frequent as in punctuated speech."""
    n_words = n_stops = 0
    for text in texts:
        n_words += len(text.split())
        n_stops += len(_STOP.findall(text))
    return n_words > 0 and 100 * n_stops / n_words >= number("voices", "profile.stops_min")


@cache
def function_words() -> dict[str, int]:
    """Return the function words whose frequencies make Burrows's Delta, with their places in a frequency vector."""
    return {word: place for place, word in enumerate(table("voices")["words"]["function"])}


def frequencies(counts: Counter[str]) -> Vector:
    """Return the relative frequency of each function word, shape (function words,), in [0, 1]; zeros for an empty text."""
    n = max(1, counts.total())
    return np.array([counts[word] / n for word in function_words()])


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """Return words that stand with a capital inside sentences more often than without: names, which are no part of a manner."""
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in texts:
        for before, word in pairwise(plain(text).split()):
            bare = word.strip(".,;:!?\"'()")
            if before[-1] in '.!?":' or not bare.isalpha():
                continue
            (capital if bare[0].isupper() else small)[bare.lower()] += 1
    return frozenset(word for word, n in capital.items() if n > small[word] and word != "i")
