"""PDF books through PDFium: pages to lines, running heads and page numbers off, lines to paragraphs, outline to headings.

Lives here: what is peculiar to printed pages. Must not live here: chapters (structure).
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium  # pyright: ignore[reportMissingTypeStubs]

from empathy_assets.engines.reading import gutenberg
from empathy_assets.engines.reading.book_epub import BookText
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.structure import Para, is_apparatus, is_chapter_title, is_numbered, plain_title
from empathy_assets.engines.reading.text import one_line, tidy
from empathy_assets.policy.load import number

_EDGE = 2  # running heads and page numbers stand in the first or last two lines of a page
_REPEATS = 3
_DIGITS = re.compile(r"\d+")
_NOT_LETTER = re.compile(r"[^a-z#]+")
_FOLIO = re.compile(r"^[\[(–—-]*\s*(?:page\s+)?(?:\d{1,4}|[ivxlc]{1,7})(?:\s*(?:/|of)\s*\d{1,4})?\s*[\])–—-]*$", re.IGNORECASE)
_STOP = re.compile(r"[.!?:][\"'”’)\]\d]*$")
_HYPHEN_END = re.compile(r"(?<=[^\W\d_])(?:\x02|\u00ad|\ufffe|-)$")
_DROPPED = re.compile(r"[\x00\x01\x03-\x08\x0b\x0e-\x1f\ufffe\uffff]")
_SHORT_LINE = 0.8
_LONG_PARAGRAPH = 1500  # characters; where line lengths give no paragraph away, page anchors stay true to within a page
_YEAR = re.compile(r"^D:(\d{4})")
_ENCRYPTED_CODE = "password"
_HEADING_WORDS = 14
_LOOKED_AT = 20


@dataclass(frozen=True)
class _Line:
    text: str
    page: int


def read(path: Path) -> BookText:
    """Return the text of a PDF.

    Raises:
        ReadError: `encrypted`, `damaged`, `no-text-layer` or `too-large`.
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if _ENCRYPTED_CODE in str(error).lower():
            raise ReadError("encrypted", "the document opens only with a password") from None
        raise ReadError("damaged", f"PDFium cannot open it: {error}") from None
    try:
        return _book(document)
    finally:
        document.close()


def _book(document: Any) -> BookText:
    count = len(document)
    if count > number("reading", "limits.pdf_pages"):
        raise ReadError("too-large", f"{count} pages, at most {int(number('reading', 'limits.pdf_pages'))} are read")
    meta: dict[str, str] = document.get_metadata_dict(skip_empty=True)
    book = BookText(one_line(meta.get("Title", "")), [a] if (a := one_line(meta.get("Author", ""))) else [])
    pages = [_page_lines(document, index, book) for index in range(count)]
    letters = sum(c.isalpha() for page in pages for line in page for c in line.text)
    if letters < number("reading", "passage.min_letters_per_page") * max(count, 1) and _has_images(document):
        raise ReadError("no-text-layer", f"{letters} letters on {count} pages of images; a scan without recognised text")
    lines = [line for page in _without_running(pages) for line in page]
    head = "\n".join(line.text for line in lines[:200])
    if gutenberg.is_gutenberg(head):
        stated = gutenberg.fields(head)
        book.title, book.authors = stated.get("title", book.title), [stated["author"]] if "author" in stated else book.authors
        start, stop = gutenberg.body_range([line.text for line in lines])
        lines = lines[start:stop]
    book.paras = list(_paragraphs(lines, _outline(document)))
    return book


def _has_images(document: Any) -> bool:
    """Return whether any of the first pages shows an image."""
    try:
        return any(
            o.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE
            for index in range(min(len(document), _LOOKED_AT))
            for o in document[index].get_objects()
        )
    except pdfium.PdfiumError:
        return False


def _page_lines(document: Any, index: int, book: BookText) -> list[_Line]:
    try:
        page = document[index]
        textpage = page.get_textpage()
        raw = textpage.get_text_range()
        textpage.close()
        page.close()
    except pdfium.PdfiumError as error:
        book.problems.append(ReadError("damaged", f"the page does not load: {error}", f"page {index + 1}"))
        return []
    rows = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").split("\n")
    return [_Line(text, index + 1) for row in rows if (text := _clean(row))]


def _clean(row: str) -> str:
    """Return a line tidied; a hyphen mark at its end is kept for the joining of lines."""
    mark = "\x02" if row.rstrip().endswith(("\x02", "\ufffe", "\u00ad")) else ""
    text = tidy(_DROPPED.sub("", row.replace("\x02", "")))
    return text + mark if text else ""


def _key(text: str) -> str:
    return _NOT_LETTER.sub("", _DIGITS.sub("#", text.lower()))


def _edges(page: Sequence[_Line]) -> list[int]:
    count = len(page)
    return sorted({*range(min(_EDGE, count)), *range(max(count - _EDGE, 0), count)})


def _without_running(pages: Sequence[list[_Line]]) -> Iterator[list[_Line]]:
    """Yield the pages without the edge lines that return on other pages and without page numbers."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_key(page[i].text) for i in _edges(page)})
    repeats = _REPEATS if len(pages) > _REPEATS else 2
    for page in pages:
        drop = {i for i in _edges(page) if _FOLIO.match(page[i].text) or (_key(page[i].text) and seen[_key(page[i].text)] >= repeats)}
        yield [line for i, line in enumerate(page) if i not in drop]


def _outline(document: Any) -> dict[tuple[int, str], int]:
    """Return the level of each outline entry by page and plain title."""
    found: dict[tuple[int, str], int] = {}
    try:
        for item in document.get_toc(max_depth=6):
            dest = item.get_dest()
            index = dest.get_index() if dest else None
            title = plain_title(one_line(item.get_title()))
            if index is not None and title:
                found[(index + 1, title)] = min(item.level + 1, 6)
    except (pdfium.PdfiumError, AttributeError, ValueError):
        return found
    return found


def _paragraphs(lines: Sequence[_Line], outline: dict[tuple[int, str], int]) -> Iterator[Para]:
    """Yield headings and paragraphs; a paragraph ends at a short line with a full stop, or where a heading begins."""
    width = statistics.median(len(line.text) for line in lines) if lines else 0
    by_page: dict[int, list[tuple[str, int]]] = {}
    for (page, title), level in outline.items():
        by_page.setdefault(page, []).append((title, level))
    held: Para | None = None
    numbered = 0  # level of a `CHAPTER IV` just above, whose title in capitals may follow
    for index, line in enumerate(lines):
        following = lines[index + 1].text if index + 1 < len(lines) else ""
        level = _heading_level(line, following, by_page) or (numbered if _is_capital(line.text) else 0)
        numbered = level if level and is_numbered(line.text) else 0
        if level:
            if held:
                yield held
            yield Para(line.text.rstrip("\x02"), level, line.page)
            held = None
            continue
        held = Para(line.text, 0, line.page) if held is None else replace(held, text=_joined(held.text, line.text))
        ends = len(line.text) < _SHORT_LINE * width or len(held.text) > _LONG_PARAGRAPH
        if ends and _STOP.search(line.text):
            yield held
            held = None
    if held:
        yield replace(held, text=held.text.rstrip("\x02"))


def _joined(before: str, line: str) -> str:
    """Return two lines as running text; a word divided at the line end becomes whole."""
    if _HYPHEN_END.search(before) and line[:1].islower():
        return before[:-1] + line
    return before.rstrip("\x02") + " " + line


def _heading_level(line: _Line, following: str, by_page: dict[int, list[tuple[str, int]]]) -> int:
    text = line.text.rstrip("\x02")
    if text.count(" ") + 1 > _HEADING_WORDS:
        return 0
    name = plain_title(text)
    for title, level in by_page.get(line.page, ()):
        if name and (
            name == title or (len(name) > len("chapter") and name in title and not _STOP.search(text)) or _numbered_as(name, title)
        ):
            return level
    if (is_chapter_title(text) and not text.endswith((",", ";")) and not following[:1].islower() and len(text) < 80) or (
        is_apparatus(text) and text[:1].isupper()
    ):
        return 1
    return 0


def _is_capital(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and all(c.isupper() for c in letters) and text.count(" ") < _HEADING_WORDS


def _numbered_as(name: str, title: str) -> bool:
    """Return whether a line is the outline's title with a section number before it."""
    return name.lstrip("0123456789 ivxlc") == title or name.lstrip("0123456789 ") == title
