"""Sentences of a text: where one ends, and cutting there.

Lives here: the kinds of ends that engines tell apart, and the cut. Must not live here: what a sentence says. A quotation mark or bracket
that closes with the sentence goes with the cut, as white space does.
"""

import re
from operator import methodcaller

BEFORE_CAPITAL = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]?[A-Z])")
"""Ends in edited prose: what follows begins with a capital, so that `e.g. this` is not cut."""

AFTER_STOP = re.compile(r"(?<=[.!?])[\"')\]]*\s+")
"""Ends in talk as it is written down: any stop, whatever follows."""

STOP_OR_LINE = re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)]*\s+|\n+")
"""Ends in what people type: any stop, an ellipsis, or a new line."""

_SPAN = methodcaller("span")
_QUICK = {STOP_OR_LINE: re.compile(r"[.!?\u2026\n](?:(?<=\n)\n*|(?<!\n)[\"'\u201d\u2019)]*\s+)")}
"""The same ends with the stop itself in front: what begins with one of a few characters is looked for much faster."""


def spans(text: str, ends: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the character spans of the sentences of `text`, trimmed of white space; none is empty."""
    found: list[tuple[int, int]] = []
    start = 0
    for end, after in [*_cuts(text, ends), (len(text), len(text))]:
        piece = text[start:end]
        bare = piece.lstrip()
        if bare:
            first = start + len(piece) - len(bare)
            found.append((first, first + len(bare.rstrip())))
        start = after
    return found


def _cuts(text: str, ends: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return where each sentence ends and the next may begin."""
    quick = _QUICK.get(ends)
    if quick is None:
        return [match.span() for match in ends.finditer(text)]
    return [(first if text[first] == "\n" else first + 1, after) for first, after in map(_SPAN, quick.finditer(text))]


def sentences(text: str, ends: re.Pattern[str]) -> list[str]:
    """Return the sentences of `text`, trimmed of white space; none is empty."""
    return [sentence for piece in ends.split(text) if (sentence := piece.strip())]
