"""Mending: spaces, stops, capitals and articles of a turn put together from pieces."""

import re

_BEFORE_STOP = re.compile(r" (?=[,.;:?!]|'(?:m|ve|d|re|ll|s)\b)")
_DOUBLE_STOP = re.compile(r"([?!.]\"?)\.(?!\.)")
_SOFT_STOP = re.compile(r"[,;](?=[,.;:?!])")
# Patterns begin with a character where they can, since a search for one is several times as fast as for a place between two.
_BEGINNING = re.compile(r"""["'(]?[a-z]""")
_SENTENCE = re.compile(r"""[.!?](?:\)* |(?<=\.)["'] )["'(]?[a-z]""")  # what is asked in quotes may go on: "why?" is what I heard
# Only articles that may be wrong: before other letters than these, `a` is always right.
_ARTICLE = re.compile(r"([Aa])(?<!\w.)(?=n | [aeiouhAEIOUH])n? (?=([A-Za-z]+))")
_SOUNDS_CONSONANT = re.compile(r"^(?:eu|uni(?!n|m)|use|usu|uti|one\b|once|ufo|ut[ie])", re.IGNORECASE)
# What the three patterns of stops begin at, in one search: hardly any turn has any of it.
_STOPS_ASKEW = re.compile(r"""[,.;:?!'](?:(?<= .)|(?<=[,;?!.])"?[,.;:?!])""")
_SOUNDS_VOWEL = re.compile(r"^(?:hour|honest|honou?r|heir)", re.IGNORECASE)


def mended(text: str) -> str:
    """Return `text` with single spaces, single stops, capitals at sentence starts and a/an as the next word sounds."""
    text = text.replace("...", "…")
    if "  " in text or text[:1] == " " or text[-1:] == " " or not text.isprintable():  # all white space but the space is unprintable
        text = " ".join(text.split())
    if _STOPS_ASKEW.search(text):
        text = _BEFORE_STOP.sub("", text)
        text = _SOFT_STOP.sub("", _DOUBLE_STOP.sub(r"\1", text))
    text = _ARTICLE.sub(_article, text)
    text = _SENTENCE.sub(_capital, text)
    if begun := _BEGINNING.match(text):
        text = _capital(begun) + text[begun.end() :]
    return text.replace("…", "...")


def _capital(match: re.Match[str]) -> str:
    found = match.group()
    return found[:-1] + found[-1].upper()


def _article(match: re.Match[str]) -> str:
    word = match.group(2)
    if len(word) > 1 and word.isupper():  # an MRI, a US visa: how an acronym is spoken cannot be told from its letters
        return match.group()
    vowel = (word[0] in "aeiouAEIOU" and not _SOUNDS_CONSONANT.match(word)) or bool(_SOUNDS_VOWEL.match(word))
    return f"{match.group(1)}{'n' if vowel else ''} "
