"""Mending: spaces, stops, capitals and articles of a turn put together from pieces."""

import re

_SPACES = re.compile(r"\s+")
_BEFORE_STOP = re.compile(r"\s+([,.;:?!]|'(?:m|ve|d|re|ll|s)\b)")
_DOUBLE_STOP = re.compile(r"([?!.]\"?)\.(?!\.)")
_SOFT_STOP = re.compile(r"[,;](?=[,.;:?!])")
_SENTENCE = re.compile(r"""(^|[.!?]\)*\s+|\.["']\s+)(["'(]?)([a-z])""")  # what is asked in quotes may go on: "why?" is what I heard
_ARTICLE = re.compile(r"\b([Aa])n?\s+(?=([A-Za-z]+))")
_SOUNDS_CONSONANT = re.compile(r"^(?:eu|uni(?!n|m)|use|usu|uti|one\b|once|ufo|ut[ie])", re.IGNORECASE)
_SOUNDS_VOWEL = re.compile(r"^(?:hour|honest|honou?r|heir)", re.IGNORECASE)


def mended(text: str) -> str:
    """Return `text` with single spaces, single stops, capitals at sentence starts and a/an as the next word sounds."""
    text = _SPACES.sub(" ", text.replace("...", "…")).strip()
    text = _BEFORE_STOP.sub(r"\1", text)
    text = _SOFT_STOP.sub("", _DOUBLE_STOP.sub(r"\1", text))
    text = _ARTICLE.sub(_article, text)
    return _SENTENCE.sub(lambda m: m.group(1) + m.group(2) + m.group(3).upper(), text).replace("…", "...")


def _article(match: re.Match[str]) -> str:
    word = match.group(2)
    if len(word) > 1 and word.isupper():  # an MRI, a US visa: how an acronym is spoken cannot be told from its letters
        return match.group()
    vowel = (word[0] in "aeiouAEIOU" and not _SOUNDS_CONSONANT.match(word)) or bool(_SOUNDS_VOWEL.match(word))
    return f"{match.group(1)}{'n' if vowel else ''} "
