"""Plain form of a text: the one normalisation in front of hashing and of the encoder, in training and in scoring.

Lives here: what makes two spellings of the same words equal (typographic quotes, invisible characters, drawn-out letters, emoji),
and the courtesies around a text that the crisis detector leaves out.
Must not live here: cutting (`windows`; spans refer to the text as given), or case, which hashing and the tokenizer fold themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_TYPOGRAPHIC = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\uff07\u00b4`", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015", "-")
    | {"\u2026": "..."}
)
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\ufe00-\ufe0f\ufeff]"
)
_PICTURE = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\U000e0000-\U000e007f\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DRAWN_OUT = re.compile(r"([A-Za-z])\1{2,}(\b)?")
_NEVER_DOUBLE = frozenset("ahijkquvwxyAHIJKQUVWXY")  # in an English word
_SINGLE_AT_END = frozenset("bcdeghimnoprtuyBCDEGHIMNOPRTUY")
_LOUD = re.compile(r"[!?]{2,}")


def plain(text: str) -> str:
    """Return `text` with straight quotes, without invisible characters, emoji and lone surrogates, and no letter thrice in a row."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text.translate(_TYPOGRAPHIC))
        text = unicodedata.normalize("NFKC", _PICTURE.sub(" ", text))
    text = _CONTROL.sub(" ", text)
    return _LOUD.sub(_quietened, _DRAWN_OUT.sub(_shortened, text))


def plain_texts(texts: Sequence[str]) -> list[str]:
    """Return `plain` of many texts; the bytes of all are searched at once, and only a text that holds something to change is rewritten."""
    out = list(texts)
    ascii_only = [i for i, text in enumerate(texts) if text.isascii()]
    if len(ascii_only) < len(out):
        for i, text in enumerate(texts):
            if not text.isascii():
                out[i] = plain(text)
    for k in _changed([texts[i] for i in ascii_only]):
        out[ascii_only[k]] = plain(texts[ascii_only[k]])
    return out


def _classes() -> NDArray[np.uint8]:
    """Return per ASCII code the bits of the patterns of `plain` it can stand in: letter 1, mark 2, control character 4."""
    table = np.zeros(128, dtype=np.uint8)
    for code in range(128):
        char = chr(code)
        table[code] = char.isalpha() + 2 * (char in "!?") + 4 * (_CONTROL.match(char) is not None)
    return table


_CLASSES = _classes()


def _changed(texts: Sequence[str]) -> list[int]:
    """Return which of these texts, all of them ASCII, `plain` may change."""
    if not texts:
        return []
    data = np.frombuffer("\n".join(texts).encode("ascii"), dtype=np.uint8)
    kind = _CLASSES[data]
    again = data[1:] == data[:-1]
    thrice = np.flatnonzero(again[1:] & again[:-1] & ((kind[2:] & 1) > 0))
    loud = np.flatnonzero((kind[1:] & kind[:-1] & 2) > 0)
    places = np.concatenate([thrice, loud, np.flatnonzero(kind & 4)])
    ends = np.cumsum([len(text) + 1 for text in texts])
    return np.unique(np.searchsorted(ends, places, side="right")).tolist()


def _quietened(run: re.Match[str]) -> str:
    """Return the mark a calm writer would have set: how loud a text is says nothing of a crisis."""
    return "?" if "?" in run[0] else "."


def _shortened(run: re.Match[str]) -> str:
    """Return one letter or two, whichever a word is likelier to have there: "sooo" has one, "killll" two."""
    letter, at_end = run[1], run[2] is not None
    return letter if letter in _NEVER_DOUBLE or (at_end and letter in _SINGLE_AT_END) else 2 * letter


_GREETING = re.compile(
    r"^\s*(?:(?:hi|hello|hey|dear|good (?:morning|evening|afternoon))(?: (?:there|all|everyone|everybody|guys|folks))?\s*[,.!]+\s*)?"
    r"(?:(?:thanks|thank you)(?: so much| in advance)?"
    r"(?: for (?:reading|listening|your time|taking the time|being here)(?: (?:this|that|it|to this|to me))?)"
    r"\s*[,.!]+\s*)?",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?<=[.!?\n])\s*(?:(?:many )?thanks|thank you)(?: so much| very much| in advance| again| everyone| all)*"
    r"(?: for (?:reading|listening|your time|your help|taking the time|any help|any advice)"
    r"(?: (?:this|that|it|to this|to me))?)?\s*[.!]*\s*$",
    re.IGNORECASE,
)
_OPENINGS = frozenset("hHdDgGtT")  # first letters of a greeting or thanks
_FEWEST = 3  # words that must remain


def without_courtesy(text: str) -> str:
    """Return `text` without a greeting at its beginning and thanks for reading at its end, which say nothing of a crisis.

    A text that would have fewer than three words left is returned as it is.
    """
    bare = _GREETING.sub("", text, count=1) if text.lstrip()[:1] in _OPENINGS else text.lstrip()
    bare = _CLOSING.sub("", bare, count=1) if "thank" in bare.lower() else bare
    return bare if len(bare.split(None, _FEWEST)) >= _FEWEST else text
