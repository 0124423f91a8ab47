"""Sentences of a text: where one ends, and cutting there.

Lives here: the kinds of ends that engines tell apart, and the cut. Must not live here: what a sentence says. A quotation mark or bracket
that closes with the sentence goes with the cut, as white space does.
"""

import re

BEFORE_CAPITAL = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]?[A-Z])")
"""Ends in edited prose: what follows begins with a capital, so that `e.g. this` is not cut."""

AFTER_STOP = re.compile(r"(?<=[.!?])[\"')\]]*\s+")
"""Ends in talk as it is written down: any stop, whatever follows."""

STOP_OR_LINE = re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)]*\s+|\n+")
"""Ends in what people type: any stop, an ellipsis, or a new line."""


def spans(text: str, ends: re.Pattern[str]) -> list[tuple[int, int]]:
    """Return the character spans of the sentences of `text`, trimmed of white space; none is empty."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in [*ends.finditer(text), None]:
        end = match.start() if match else len(text)
        piece = text[start:end]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            found.append((start + lead, start + len(piece.rstrip())))
        start = match.end() if match else end
    return found


def sentences(text: str, ends: re.Pattern[str]) -> list[str]:
    """Return the sentences of `text`, trimmed of white space; none is empty."""
    return [sentence for piece in ends.split(text) if (sentence := piece.strip())]
