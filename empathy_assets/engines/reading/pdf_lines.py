"""Lines of PDF pages: the text PDFium finds, each printed line with its place and type size.

Lives here: what one page says about its lines. Must not live here: what recurs over pages (pdf_furniture), paragraphs (book_pdf).
"""

from __future__ import annotations

import ctypes
import math
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pypdfium2 as pdfium  # pyright: ignore[reportMissingTypeStubs]

from empathy_assets.engines.reading.text import tidy

raw: Any = pdfium.raw
HYPHEN = "\x02"
"""Mark at the end of a line whose last word the printer divided; PDFium's own marks and typographic hyphens are brought to it."""
SOFT_HYPHEN = "\u00ad"
"""Mark at a line end where the printer says himself that the hyphen is no part of the word."""

_BREAK = re.compile(r"(?<=[\x02\ufffe])(?=\S)")  # PDFium joins the lines of a divided word
_HYPHEN_END = re.compile(r"(?:[\x02\u00ad\ufffe\u2010]+|(?<=[^\W_])-)\s*$")
_DROPPED = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]")
_RAISED = re.compile(r"(?<=[^\W\d_]{3})\d{1,3}(?=[\s.,;:!?)]|$)|(?<=[^\d\s][.,;:!?)\"'”’]) ?\d{1,3}(?=\s|$)")
_POINTER = re.compile(r"(?<=\S)\[\d{1,3}\]|(?<=[^\W\d_]{2})[*†‡§]{1,2}(?=[\s.,;:!?]|$)|(?<=[^\W\d_][.,;:!?)\"'”’])[*†‡§]{1,2}(?=\s|$)")
_BOLD = re.compile(rb"bold|black|heavy|[-,]bd\b", re.IGNORECASE)
_NAME_BYTES = 128
_RAISE = 0.15  # of the type size; note marks stand a quarter to a half above the line, figures of old style never
_SAME_LINE = 0.6  # of the type size: baselines closer than this with text further right are one line (indices, fractions)
_GAP = 1.35  # usual distances between baselines
_NEAR = 3.0  # body sizes; baselines further apart are not successive lines
_MARGIN = 0.15  # a margin is where all but a few lines begin; scans and hanging signs stand outside it
_WORD_GAP = 4.0  # type sizes; a wider gap on one baseline parts columns, or a running head from its page number


@dataclass(frozen=True)
class Line:
    """One printed line.

    Its text, 1-based page, left and right end and baseline in points, type size in points (0: unknown), column of the page counted from
    0, and whether its type is bold.
    """

    text: str
    page: int
    left: float = 0.0
    right: float = 0.0
    base: float = 0.0
    size: float = 0.0
    column: int = 0
    bold: bool = False


class _Page:
    """The characters of a page as PDFium counts them."""

    def __init__(self, textpage: Any) -> None:
        self.handle = textpage
        self.x, self.y = ctypes.c_double(), ctypes.c_double()
        self.box = [ctypes.c_double() for _ in range(4)]
        self.matrix = raw.FS_MATRIX()
        self.name, self.flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()

    def origin(self, position: int) -> tuple[float, float]:
        index = raw.FPDFText_GetCharIndexFromTextIndex(self.handle, position)
        raw.FPDFText_GetCharOrigin(self.handle, index, self.x, self.y)
        return self.x.value, self.y.value

    def size(self, position: int) -> float:
        index = raw.FPDFText_GetCharIndexFromTextIndex(self.handle, position)
        raw.FPDFText_GetMatrix(self.handle, index, self.matrix)
        return float(raw.FPDFText_GetFontSize(self.handle, index)) * math.hypot(self.matrix.c, self.matrix.d)

    def bold(self, position: int) -> bool:
        """Return whether the name of a character's font says that it is bold."""
        index = raw.FPDFText_GetCharIndexFromTextIndex(self.handle, position)
        raw.FPDFText_GetFontInfo(self.handle, index, self.name, _NAME_BYTES, self.flags)
        return bool(_BOLD.search(self.name.value))

    def foot(self, position: int) -> float:
        """Return the lowest point of a character."""
        index = raw.FPDFText_GetCharIndexFromTextIndex(self.handle, position)
        left, right, bottom, top = self.box
        raw.FPDFText_GetCharBox(self.handle, index, left, right, bottom, top)
        return float(bottom.value)


def page_lines(document: Any, index: int) -> list[Line]:
    """Return the printed lines of a page in the order of its content.

    Raises:
        pypdfium2.PdfiumError: The page does not load.
    """
    page = document[index]
    textpage = page.get_textpage()
    try:
        return list(_merged(_lines(textpage, index + 1)))
    finally:
        textpage.close()
        page.close()


def _lines(textpage: Any, number: int) -> Iterator[Line]:
    chars, position = _Page(textpage), 0
    whole: str = textpage.get_text_range()
    for row in re.split(r"(\r\n|[\r\n\x0c])", whole):
        for part in _BREAK.split(row):
            width = len(part) if part.isascii() else len(part.encode("utf-16-le", "surrogatepass")) // 2
            if part.strip():
                yield from _line(chars, part, position, width, number)
            position += width


def _line(chars: _Page, part: str, position: int, width: int, number: int) -> Iterator[Line]:
    blank = len(part) - len(part.lstrip())
    left, base = chars.origin(position + blank)
    right, _ = chars.origin(position + width - 1)
    order = (*range(width // 2, len(part)), *range(len(part)))
    middle = position + next(i for i in order if not part[i].isspace())  # the blanks PDFium adds have no size
    size = chars.size(middle)
    text = _clean(_without_marks(part, position, base + _RAISE * size, chars))
    if text:
        yield Line(text, number, left, right, base, round(size, 1), 0, chars.bold(middle))


def _without_marks(part: str, position: int, above: float, chars: _Page) -> str:
    """Return the line without the raised numbers and signs that point to notes."""
    if any(c.isdigit() for c in part) and max(part) <= "\uffff":
        raised = [m.span() for m in _RAISED.finditer(part) if chars.foot(position + m.end() - 1) > above]
        for start, end in reversed(raised):
            part = part[:start] + part[end:]
    return _POINTER.sub("", part)


def _clean(part: str) -> str:
    """Return a line tidied; a hyphen that divides its last word becomes `HYPHEN`."""
    divided = _HYPHEN_END.search(part)
    text = tidy(_DROPPED.sub("", part[: divided.start()] if divided else part)).replace("\n", " ")
    if not text or not divided:
        return text
    return text + (SOFT_HYPHEN if SOFT_HYPHEN in divided[0] else HYPHEN)


def _merged(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines with those joined that stand side by side on one baseline, such as the parts of a fraction."""
    held: Line | None = None
    for line in lines:
        beside = held is not None and line.size > 0 and abs(line.base - held.base) < _SAME_LINE * max(held.size, line.size)
        if held and beside and -line.size < line.left - held.right < _WORD_GAP * line.size:
            size = held.size if len(held.text) >= len(line.text) else line.size
            if line.base - held.base > _RAISE * held.size and _is_pointer(held.text, line.text):
                held = replace(held, right=line.right)
                continue
            held = replace(held, text=f"{held.text} {line.text}", right=max(held.right, line.right), size=size)
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


def _is_pointer(before: str, text: str) -> bool:
    """Return whether raised text after `before` is the number of a note."""
    return bool(_RAISED.fullmatch(before + text, len(before)))


def body_size(lines: Sequence[Line]) -> float:
    """Return the type size in points, rounded to 0.5, in which most of the text is set; 0 without lines."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda s: (sizes[s], s)) if sizes else 0.0


class Measures:
    """The type area of a document: body size, distance of baselines, margins of each page and column."""

    def __init__(self, lines: Sequence[Line], body: float) -> None:
        """Measure the lines; `body` is the type size of the running text in points."""
        self.body = body
        steps = [a.base - b.base for a, b in pairwise(lines) if a.page == b.page and 0 < a.base - b.base < _NEAR * max(body, 1.0)]
        self.pitch = statistics.median(steps) if steps else 1.2 * body
        found: dict[tuple[int, int], list[Line]] = {}
        for line in lines:
            found.setdefault((line.page, line.column), []).append(line)
        self._margins = {
            place: (_quantile([x.left for x in here], _MARGIN), _quantile([x.right for x in here], 1 - _MARGIN))
            for place, here in found.items()
        }

    def margins(self, line: Line) -> tuple[float, float]:
        """Return the left and right margin of the column a line stands in."""
        return self._margins[line.page, line.column]

    def parted(self, upper: Line, lower: Line) -> bool:
        """Return whether more than the usual space lies between two successive lines."""
        return upper.page != lower.page or upper.column != lower.column or upper.base - lower.base > _GAP * self.pitch


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[round(share * (len(values) - 1))]
