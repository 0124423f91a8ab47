"""PDF books through PDFium: pages to lines, running heads and page numbers off, lines to paragraphs, outline to headings.

Lives here: what is peculiar to printed pages. Must not live here: chapters (structure).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium  # pyright: ignore[reportMissingTypeStubs]

from empathy_assets.engines.reading import gutenberg
from empathy_assets.engines.reading.book_epub import BookText
from empathy_assets.engines.reading.pdf_furniture import Furniture
from empathy_assets.engines.reading.pdf_headings import Entry
from empathy_assets.engines.reading.pdf_lines import Line, body_size, page_lines
from empathy_assets.engines.reading.pdf_paragraphs import Composer
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.text import one_line
from empathy_assets.policy.load import number

_ENCRYPTED_CODE = "password"
_LOOKED_AT = 20
_HEAD_LINES = 200
_OUTLINE_DEPTH = 6
_OUTLINE_ENTRIES = 5000
_NO_NAME = ("untitled", "anonymous", "unknown", "unspecified")  # what programs write where they were given no title or author


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
    title, author = (one_line(meta.get(key, "")) for key in ("Title", "Author"))
    book = BookText("" if _is_no_name(title) else title, [] if not author or _is_no_name(author) else [author])
    pages = [_page(document, index, book) for index in range(count)]
    letters = sum(c.isalpha() for page in pages for line in page for c in line.text)
    if letters < number("reading", "passage.min_letters_per_page") * max(count, 1) and _has_images(document):
        raise ReadError("no-text-layer", f"{letters} letters on {count} pages of images; a scan without recognised text")
    body = body_size([line for page in pages for line in page])
    furniture = Furniture(pages, body)
    lines = [line for page in pages for line in furniture.split_notes(furniture.without(page))[0]]
    head = "\n".join(line.text for line in lines[:_HEAD_LINES])
    if gutenberg.is_gutenberg(head):
        stated = gutenberg.fields(head)
        book.title, book.authors = stated.get("title", book.title), [stated["author"]] if "author" in stated else book.authors
        start, stop = gutenberg.body_range([line.text for line in lines])
        lines = lines[start:stop]
    book.paras = list(Composer(lines, _outline(document), body).paragraphs())
    if all(para.level for para in book.paras):  # a page of nothing but large type
        book.paras = [replace(para, level=0) for para in book.paras]
    return book


def _is_no_name(text: str) -> bool:
    return text.strip("()").lower() in _NO_NAME


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


def _page(document: Any, index: int, book: BookText) -> list[Line]:
    try:
        return page_lines(document, index)
    except pdfium.PdfiumError as error:
        book.problems.append(ReadError("damaged", f"the page does not load: {error}", f"page {index + 1}"))
        return []


def _outline(document: Any) -> list[Entry]:
    found: list[Entry] = []
    try:
        for item in islice(document.get_toc(max_depth=_OUTLINE_DEPTH), _OUTLINE_ENTRIES):
            dest = item.get_dest()
            index = dest.get_index() if dest else None
            title = one_line(item.get_title())
            if index is not None and title:
                found.append(Entry(index + 1, title, min(item.level + 1, _OUTLINE_DEPTH)))
    except (pdfium.PdfiumError, AttributeError, ValueError):
        return found
    return found
