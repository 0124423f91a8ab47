"""Furniture of PDF pages: running heads and feet, page numbers, footnotes; found by what recurs over the pages and taken off.

Lives here: what stands on a page beside the running text. Must not live here: single lines (pdf_lines), paragraphs (book_pdf).
"""

from __future__ import annotations

import re
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from empathy_assets.engines.reading.pdf_lines import Line, Measures
from empathy_assets.policy.load import number

_ROWS = 2  # running heads and page numbers stand in the first or last two rows of a page
_REPEATS = 3
_DIGITS = re.compile(r"\d+")
_NOT_LETTER = re.compile(r"[^a-z#]+")
_FOLIO = re.compile(
    r"^[\[({|–—~*.-]*\s*(?:page\s+|p\.\s*)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of)\s*\d{1,4})?\s*[\])}|–—~*.-]*$", re.IGNORECASE
)
_NUMBER_END = re.compile(r"^\[?\(?\d{1,4}\b|\b\d{1,4}\)?\]?$|^[ivxlc]{1,7}\s|\s[ivxlc]{1,7}$")
_NOTE = re.compile(r"^(?:\d{1,3}|[*†‡§¶]{1,3}|[\[(](?:\d{1,3}|[a-z*])[\])])[.)]?\s*[\w\"'“‘(]")
_TITLE_SIZE = 1.1  # of the body size; a larger line is a heading even where a running head stands on other pages
_DRIFT = 1.0  # body sizes; scanned pages lie askew by up to a line
_AS_SET = 0.12  # body sizes; on typeset pages a running head keeps its baseline to a fraction of a point
_APART = 1.25  # line pitches between a running head and the text below it


class Furniture:
    """What recurs at the edges of the pages of one document."""

    def __init__(self, pages: Sequence[Sequence[Line]], body: float) -> None:
        """Look through all pages.

        Args:
            pages: The lines of every page.
            body: The type size of the running text in points.
        """
        self._body = body
        self._pitch = Measures([line for page in pages for line in page], body).pitch
        self._repeats = _REPEATS if len(pages) > _REPEATS else 2
        self._bases: dict[str, list[float]] = {}
        for page in pages:
            for i in _edges(page):
                self._bases.setdefault(self._key(page[i]), []).append(page[i].base)
        for bases in self._bases.values():
            bases.sort()
        self._bands = self._band(pages)

    def _key(self, line: Line) -> str:
        """Return what is the same on all pages: letters without page numbers; of a line in large type, a title, every character."""
        return line.text if line.size > _TITLE_SIZE * self._body else _NOT_LETTER.sub("", _DIGITS.sub("#", line.text.lower()))

    def _band(self, pages: Sequence[Sequence[Line]]) -> list[float]:
        """Return the baselines on which a good part of the pages has furniture or a single row apart from the text."""
        recurring = [line.base for page in pages for i in _edges(page) if self._recurs(line := page[i])]
        apart = [line.base for page in pages for i in _edges(page) if self._is_apart(page, line := page[i])]
        needed = max(self._repeats, number("reading", "book.band_share") * len(pages))
        return sorted({*self._common(recurring, needed), *self._common(apart, needed)})

    def _common(self, found: list[float], needed: float) -> list[float]:
        """Return the baselines that are found often enough."""
        bases = sorted(found)
        groups: list[list[float]] = []
        for base in bases:
            if groups and base - groups[-1][-1] <= _AS_SET * self._body:
                groups[-1].append(base)
            else:
                groups.append([base])
        return [statistics.median(group) for group in groups if len(group) >= needed]

    def _recurs(self, line: Line) -> bool:
        if _FOLIO.match(line.text) and line.size <= _TITLE_SIZE * self._body:
            return True
        key = self._key(line)
        bases = self._bases.get(key, [])
        if not key or len(bases) < self._repeats:
            return False
        drift = _DRIFT * max(self._body, 1.0)
        return bisect_right(bases, line.base + drift) - bisect_left(bases, line.base - drift) >= self._repeats

    def without(self, page: Sequence[Line]) -> list[Line]:
        """Return a page's lines without running heads, feet and page numbers."""
        edges = _edges(page)
        drop = {i for i in edges if self._recurs(page[i])}
        drop |= {i for i in edges if i not in drop and self._in_band(page, i)}
        return [line for i, line in enumerate(page) if i not in drop]

    def _in_band(self, page: Sequence[Line], index: int) -> bool:
        """Return whether an edge line stands where furniture stands elsewhere and apart from the text."""
        line = page[index]
        if not any(abs(line.base - band) <= _AS_SET * self._body for band in self._bands) or line.size > _TITLE_SIZE * self._body:
            return False
        return self._is_apart(page, line) or bool(_NUMBER_END.search(line.text)) or abs(line.size - self._body) > _AS_SET * self._body

    def _is_apart(self, page: Sequence[Line], line: Line) -> bool:
        """Return whether more space than between lines of text parts the first or last row of a page from the next."""
        others = [other.base - line.base for other in page if abs(other.base - line.base) > _AS_SET * self._body]
        outer = not others or max(others) < 0 or min(others) > 0
        return outer and (not others or min(map(abs, others)) > _APART * self._pitch)

    def split_notes(self, page: Sequence[Line]) -> tuple[list[Line], list[Line]]:
        """Return a page's running text and its footnotes: smaller type below the text, opening with a number or a sign."""
        text: list[Line] = []
        notes: list[Line] = []
        for place, lines in enumerate(_columns(page)):
            column = [replace(line, column=place) for line in lines]
            at = self._notes_from(column)
            text.extend(column[:at])
            notes.extend(column[at:])
        return text, notes

    def _notes_from(self, column: Sequence[Line]) -> int:
        small = number("reading", "book.note_size") * self._body
        start = len(column)
        while start and 0 < column[start - 1].size <= small:
            start -= 1
        if start == len(column) or start == 0:
            return len(column)
        marked = next((i for i in range(start, len(column)) if _NOTE.match(column[i].text)), len(column))
        gap = column[start - 1].base - column[start].base
        return start if marked < len(column) and (marked == start or gap > _APART * self._pitch) else marked


def _edges(page: Sequence[Line]) -> list[int]:
    """Return the indexes of the lines in the first and last rows of a page, and of the first and last in its content."""
    count = len(page)
    bases = sorted({round(line.base) for line in page})
    rows = {*bases[:_ROWS], *bases[-_ROWS:]}
    found = {i for i, line in enumerate(page) if round(line.base) in rows}
    if len(bases) == 1:
        found |= {*range(min(_ROWS, count)), *range(max(count - _ROWS, 0), count)}
    return sorted(found)


def _columns(page: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield runs of lines that go down the page; a jump upwards begins the next column."""
    column: list[Line] = []
    for line in page:
        if column and line.base - column[-1].base > 3 * max(line.size, 1.0):
            yield column
            column = []
        column.append(line)
    if column:
        yield column
