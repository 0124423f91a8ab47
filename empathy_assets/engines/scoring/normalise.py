"""Plain form of a text: the one normalisation in front of hashing and of the encoder, in training and in scoring.

Lives here: what makes two spellings of the same words equal (typographic quotes, invisible characters, drawn-out letters, emoji),
and the courtesies around a text that the crisis detector leaves out.
Must not live here: cutting (`windows`; spans refer to the text as given), or case, which hashing and the tokenizer fold themselves.
"""

from __future__ import annotations

import re
import unicodedata

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
_FEWEST = 3  # words that must remain


def without_courtesy(text: str) -> str:
    """Return `text` without a greeting at its beginning and thanks for reading at its end, which say nothing of a crisis.

    A text that would have fewer than three words left is returned as it is.
    """
    bare = _CLOSING.sub("", _GREETING.sub("", text, count=1), count=1)
    return bare if len(bare.split(None, _FEWEST)) >= _FEWEST else text
