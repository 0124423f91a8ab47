"""Words at line ends: two printed lines made running text, divided words whole again, compounds kept.

Lives here: the joining of two lines. Must not live here: which lines belong together (pdf_paragraphs).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from empathy_assets.engines.reading.pdf_lines import HYPHEN, SOFT_HYPHEN, Line
from empathy_assets.policy.load import table

INITIAL = "\x00"
"""Mark after a large first letter that stands on a line of its own, until the rest of its word is joined."""

_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_LAST = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*$")
_FIRST = re.compile(r"^[^\W\d_]+")
_PART_LETTERS = 3
_LOOKED_BACK = 80  # characters; no divided word is longer


class Joiner:
    """How one book writes its words, and lines joined accordingly."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """Count the words of all lines; the two parts of a word divided at a line end are none."""
        self._words: Counter[str] = Counter()
        divided = False
        for line in lines:
            found = [w.lower() for w in _WORD.findall(line.text)]
            ends = line.text.endswith((HYPHEN, SOFT_HYPHEN))
            self._words.update(found[int(divided) : len(found) - int(ends)])
            divided = ends

    def joined(self, before: str, line: str) -> str:
        """Return text and the line after it as running text."""
        if before.endswith(INITIAL):
            return self._after_initial(before[:-1], line)
        if before.endswith(SOFT_HYPHEN):
            return before[:-1] + line
        if before.endswith(HYPHEN):
            return before[:-1] + ("-" if self._is_compound(before[:-1], line) else "") + line
        return before + ("" if before.endswith("—") and line[:1].isalnum() else " ") + line

    def _after_initial(self, letter: str, line: str) -> str:
        rest = _FIRST.match(line)
        whole = letter[-1].lower() + (rest[0].lower() if rest else "")
        apart = letter[-1] in "AIO" and not self._words[whole]
        return letter + (" " if apart else "") + line

    def _is_compound(self, before: str, line: str) -> bool:
        """Return whether the word divided at a line end keeps its hyphen, going by how this book writes it or its parts elsewhere."""
        left, right = _LAST.search(before[-_LOOKED_BACK:]), _FIRST.match(line)
        if not left or not right or right[0][0].isupper():
            return True
        first, second = left[0].lower(), right[0].lower()
        whole, parted = self._words[first + second], self._words[f"{first}-{second}"]
        if whole or parted:
            return parted > whole
        last = first.rpartition("-")[2]
        known = bool(self._words[last] and self._words[second])
        if last != first:
            return known
        return known and last not in _prefixes() and min(len(last), len(second)) >= _PART_LETTERS


@cache
def _prefixes() -> frozenset[str]:
    return frozenset(table("reading")["book"]["joined_prefixes"])
