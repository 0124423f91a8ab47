"""Windows of a text, as character spans.

Lives here: cutting only. Must not live here: judging what was cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\S+")
_LONGEST_WORD = 200


def windows(text: str, size: int, stride: int) -> list[tuple[int, int]]:
    """Return spans of at most `size` words that begin every `stride` words and together cover the text.

    A text of at most `size` words is one window. A word of more than 200 characters counts as several, so binary-like input without spaces
    is cut as well.
    """
    if len(text) <= size * 2 or (len(text) <= size * _LONGEST_WORD and text.count(" ") + text.count("\n") + text.count("\t") < size):
        return [(0, len(text))]
    words = [
        (start, min(start + _LONGEST_WORD, match.end()))
        for match in _WORD.finditer(text)
        for start in range(match.start(), match.end(), _LONGEST_WORD)
    ]
    if len(words) <= size:
        return [(0, len(text))]
    spans: list[tuple[int, int]] = []
    for first in range(0, len(words), stride):
        last = min(first + size, len(words)) - 1
        spans.append((words[first][0], words[last][1]))
        if last == len(words) - 1:
            break
    return spans


def cut(texts: Sequence[str], size: int, stride: int) -> tuple[list[str], list[int]]:
    """Return (pieces, owner of each piece) over all texts."""
    pieces: list[str] = []
    owners: list[int] = []
    for i, text in enumerate(texts):
        for start, end in windows(text, size, stride):
            pieces.append(text[start:end])
            owners.append(i)
    return pieces, owners
