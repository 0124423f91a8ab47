"""Paragraphs of PDF books: lines joined until an indent, a gap or a short line with a full stop says that one ends.

Lives here: lines to `Para`. Must not live here: which lines are headings (pdf_headings), how words are joined (pdf_words).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from empathy_assets.engines.reading.pdf_headings import Entry, Headings
from empathy_assets.engines.reading.pdf_lines import HYPHEN, SOFT_HYPHEN, Line, Measures
from empathy_assets.engines.reading.pdf_words import INITIAL, Joiner
from empathy_assets.engines.reading.structure import Para, is_numbered

_STOP = re.compile(r"[.!?:][\"'”’)\]\d]{0,9}$")
_SENTENCE = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=\d))[.!?][\"'”’)]? (?=[\"'“‘(]?[A-Z])")
_LONG = 1500  # characters; past it a paragraph is divided where a page begins, so that page anchors stay true
_LONGEST = 20 * _LONG
_OVERLAP = 8  # characters of a sentence's end that may stand before the place up to which none was found
_SHORT_LINE = 0.85  # of the width of the text
_INDENT = 0.5  # type sizes
_DEEP_INDENT = 0.5  # of the width of the text; further in is a date or a signature, no new paragraph


class Composer:
    """The lines of one document on their way to paragraphs."""

    def __init__(self, lines: Sequence[Line], outline: Sequence[Entry], body: float) -> None:
        """Prepare what joining needs to know of the whole document.

        Args:
            lines: All lines of running text in order.
            outline: The outline, possibly empty.
            body: The type size of the running text in points, 0 if unknown.
        """
        self._lines = lines
        self._measures = Measures(lines, body)
        self._joiner = Joiner(lines)
        self._headings = Headings(lines, outline, self._measures, self._joiner)
        self._held: Para | None = None
        self._previous: Line | None = None
        self._searched = 0  # up to where the held paragraph is known to hold no end of a sentence

    def paragraphs(self) -> Iterator[Para]:
        """Yield headings and paragraphs in order."""
        index, numbered = 0, 0
        while index < len(self._lines):
            line = self._lines[index]
            for entry in self._headings.unprinted(line.page):
                yield from self._taken()
                yield Para(entry.title, entry.level, line.page)
            heading = self._headings.at(index, numbered)
            if heading:
                level, count, title = heading
                yield from self._taken()
                yield Para(title, level, line.page)
                numbered = level if is_numbered(title) else 0
                index += count
                continue
            yield from self._text(line)
            numbered, index = 0, index + 1
        yield from self._taken()

    def _taken(self) -> Iterator[Para]:
        """Yield the paragraph that is held, if any, and hold none."""
        if self._held:
            yield replace(self._held, text=self._held.text.rstrip(HYPHEN + SOFT_HYPHEN + INITIAL))
        self._held = self._previous = None
        self._searched = 0

    def _text(self, line: Line) -> Iterator[Para]:
        """Add a line of text; yield what it ends."""
        if self._held and self._previous:
            if self._begins(self._previous, line, self._held):
                yield from self._taken()
            elif len(self._held.text) > _LONG and self._previous.page != self._held.page:
                yield from self._divided(self._held, self._previous.page)
        held = (
            Para(line.text, 0, line.page) if not self._held else replace(self._held, text=self._joiner.joined(self._held.text, line.text))
        )
        self._held = replace(held, text=held.text + INITIAL) if self._headings.is_initial(line) else held
        self._previous = line

    def _divided(self, para: Para, page: int) -> Iterator[Para]:
        """Yield the whole sentences of a paragraph that has run on to a later page, and hold the rest."""
        begin = max(0, self._searched, len(para.text) - _LONGEST)
        end = max((m.end() for m in _SENTENCE.finditer(para.text, begin)), default=0)
        self._searched = 0 if end else max(0, len(para.text) - _OVERLAP)
        if end == 0 and len(para.text) > _LONGEST:
            end, self._searched = len(para.text), 0
        if end:
            yield replace(para, text=para.text[:end].rstrip())
            self._held = Para(para.text[end:], 0, page) if para.text[end:] else None

    def _begins(self, before: Line, line: Line, held: Para) -> bool:
        """Return whether `line` begins a paragraph."""
        if held.text.endswith((INITIAL, HYPHEN, SOFT_HYPHEN)):
            return False
        below = line.page == before.page and before.base > line.base
        if below and line.size == before.size and self._measures.parted(before, line):
            return True
        stop = bool(_STOP.search(before.text))
        return (self._is_indented(before, line) and (stop or below)) or (stop and self._is_short(before))

    def _is_indented(self, before: Line, line: Line) -> bool:
        """Return whether a line stands further in than the text, and not merely as far as the line before it."""
        left, right = self._measures.margins(line)
        before_left, _ = self._measures.margins(before)
        step, before_step = line.left - left, before.left - before_left
        least = _INDENT * max(line.size, 1.0)
        return least < step < _DEEP_INDENT * (right - left) and not (before_step > least and abs(step - before_step) < 1)

    def _is_short(self, line: Line) -> bool:
        left, right = self._measures.margins(line)
        return line.right - left < _SHORT_LINE * (right - left) or right == left
