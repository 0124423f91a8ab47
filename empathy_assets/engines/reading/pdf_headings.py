"""Headings of PDF books: told by the outline, by their wording, by larger type, or by standing alone, bold or in the middle.

Lives here: which lines are headings. Must not live here: what becomes of the text between them (pdf_paragraphs).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from empathy_assets.engines.reading.pdf_lines import HYPHEN, Line, Measures
from empathy_assets.engines.reading.pdf_words import Joiner
from empathy_assets.engines.reading.structure import is_apparatus, is_chapter_title, is_numbered, is_titled, plain_title
from empathy_assets.policy.load import number

Heading = tuple[int, int, str]
"""Level 1 to 6, number of lines, title."""

_LETTER = re.compile(r"^[\"'“‘(]?[A-Z]$")
_BARE = re.compile(r"^(?:page|p|fig|figure|table|slide)?\s*[\divxlc]*$")
_SECTION = re.compile(r"^(?:[\divxlc]+ )+")
_CLOSED = re.compile(r"[.,;:=\x02][\"'”’)\]]*$")
_WORDS = 20
_LINES = 4
_OPENING_CHARS = 80
_NAME_LETTERS = 3
_INITIAL_SIZE = 1.5  # body sizes
_CENTRED = 0.1  # of the width of the text
_PAGES_FOR_OUTLINE = 2
_CHAPTER_LEVELS = 2
_DEEPEST = 6
_EVEN = 0.6  # of the text in one type size; recognised scans give every line its own and tell no heading by it


@dataclass(frozen=True)
class Entry:
    """One entry of a document's outline: 1-based page, title as printed, level 1 to 6."""

    page: int
    title: str
    level: int


class Headings:
    """The headings of one document."""

    def __init__(self, lines: Sequence[Line], outline: Sequence[Entry], measures: Measures, joiner: Joiner) -> None:
        """Look through the document.

        Args:
            lines: All lines of running text in order.
            outline: The outline, possibly empty.
            measures: The type area of the pages.
            joiner: What makes a title of several lines one.
        """
        self._lines, self._measures, self._joiner = lines, measures, joiner
        self._outline: dict[int, dict[str, int]] = {}
        for entry in outline:
            for form in _forms(entry.title):
                self._outline.setdefault(entry.page, {}).setdefault(form, entry.level)
        self._missing = self._unprinted(outline)
        whole = sum(len(x.text) for x in lines)
        even = sum(len(x.text) for x in lines if abs(x.size - measures.body) < 1) > _EVEN * whole
        unused = sum(map(len, self._missing.values()))
        self._by_look = even and (len({e.page for e in outline}) < _PAGES_FOR_OUTLINE or 2 * unused > len(outline))
        self._sizes = self._larger(whole)

    def _unprinted(self, outline: Sequence[Entry]) -> dict[int, list[Entry]]:
        """Return the outline entries that no line of their page prints, by the page on which text follows them."""
        starts: dict[int, list[int]] = {}
        for index, line in enumerate(self._lines):
            starts.setdefault(line.page, []).append(index)
        printed: dict[int, set[str]] = {}
        missing: dict[int, list[Entry]] = {}
        for entry in outline:
            page = next((n for n in range(entry.page, entry.page + _LINES) if n in starts), 0)
            if page not in printed:
                printed[page] = {form for i in starts.get(page, ()) for _, title in self._titles(i) for form in _forms(title)}
            unseen = page and not printed[page].intersection(_forms(entry.title))
            if unseen and not _BARE.match(plain_title(entry.title)) and entry.level <= _CHAPTER_LEVELS:
                missing.setdefault(page, []).append(entry)
        return missing

    def _titles(self, index: int) -> Iterator[tuple[int, str]]:
        """Yield a line, then it with the lines after it on the same page, as a title may be printed; each with the number of lines."""
        title = ""
        for count, line in enumerate(self._lines[index : index + _LINES], start=1):
            if line.page != self._lines[index].page or line.text.count(" ") + title.count(" ") > _WORDS:
                return
            title = self._joiner.joined(title, line.text) if title else line.text
            yield count, title.rstrip(HYPHEN)

    def _larger(self, whole: int) -> list[float]:
        """Return the type sizes of headings, largest first: larger than the text and used for little of it."""
        least = number("reading", "book.heading_size") * self._measures.body
        letters: Counter[float] = Counter()
        for line in self._lines:
            letters[line.size] += len(line.text)
        rare = number("reading", "book.heading_share") * whole
        return sorted((s for s, n in letters.items() if self._measures.body and s >= least and n <= rare), reverse=True)

    def unprinted(self, page: int) -> list[Entry]:
        """Return, once, the outline entries of a page whose titles its text lacks, such as chapter heads set as pictures."""
        return self._missing.pop(page, [])

    def is_initial(self, line: Line) -> bool:
        """Return whether a line is nothing but the large first letter of a paragraph."""
        return bool(_LETTER.match(line.text)) and line.size > _INITIAL_SIZE * self._measures.body > 0

    def at(self, index: int, numbered: int) -> Heading | None:
        """Return the heading that begins at a line, if one does.

        Args:
            index: The line.
            numbered: Level of a bare `CHAPTER IV` in the line above, which a title in capitals may follow; else 0.
        """
        line = self._lines[index]
        if line.text.count(" ") >= _WORDS:
            return None
        found = self._in_outline(index) or self._by_size(index)
        if found:
            return found
        text = line.text.rstrip(HYPHEN)
        following = self._lines[index + 1].text if index + 1 < len(self._lines) else ""
        if _is_opening(text, following):
            return 1, 1, text
        if numbered and text.isupper():
            return numbered, 1, text
        return self._by_space(index)

    def _in_outline(self, index: int) -> Heading | None:
        levels = self._outline.get(self._lines[index].page)
        if not levels:
            return None
        found = [(levels[form], count, title) for count, title in self._titles(index) for form in _forms(title) if form in levels]
        return max(found, key=lambda f: f[1]) if found else None

    def _by_size(self, index: int) -> Heading | None:
        """Return a heading set in larger type, over as many lines as are set alike."""
        line = self._lines[index]
        if (
            not self._by_look
            or line.size not in self._sizes
            or sum(c.isalpha() for c in line.text) < _NAME_LETTERS
            or self.is_initial(line)
        ):
            return None
        title, count = line.text, 1
        for other in self._lines[index + 1 : index + _LINES]:
            if other.size != line.size or other.page != line.page or is_numbered(title):
                break
            title, count = self._joiner.joined(title, other.text), count + 1
        if title.count(" ") >= _WORDS:
            return None
        return min(self._sizes.index(line.size) + 1, _DEEPEST), count, title.rstrip(HYPHEN)

    def _by_space(self, index: int) -> Heading | None:
        """Return a heading in the size of the text that stands alone, bold or in the middle."""
        line = self._lines[index]
        if not self._by_look or _CLOSED.search(line.text) or not (is_titled(line.text) or (line.bold and line.text[:1].isupper())):
            return None
        before = self._lines[index - 1] if index else None
        after = self._lines[index + 1] if index + 1 < len(self._lines) else None
        if not after or not self._measures.parted(line, after) or (before and not self._measures.parted(before, line)):
            return None
        return (min(len(self._sizes) + 1, _DEEPEST), 1, line.text) if line.bold or self._is_centred(line) else None

    def _is_centred(self, line: Line) -> bool:
        left, right = self._measures.margins(line)
        width, before, after = right - left, line.left - left, right - line.right
        return width > 0 and min(before, after) > _CENTRED * width and abs(before - after) < _CENTRED * width


def _forms(title: str) -> set[str]:
    """Return a title as compared: letters and figures alone, with and without the number before it."""
    name = plain_title(title.replace(HYPHEN, ""))
    return {name.replace(" ", ""), _SECTION.sub("", name).replace(" ", "")} - {""}


def _is_opening(text: str, following: str) -> bool:
    if is_apparatus(text):
        return text[:1].isupper()
    return is_chapter_title(text) and not text.endswith((",", ";")) and not following[:1].islower() and len(text) < _OPENING_CHARS
