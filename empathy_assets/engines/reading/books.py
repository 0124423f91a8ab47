"""Books: the kind told by content, read, cut into chapters and passages, judged by language, given a work id.

Lives here: the way from a file to passage rows. Must not live here: the formats (book_*), packing (passages).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from empathy_assets.engines.reading import book_epub, book_pdf, book_text, identity
from empathy_assets.engines.reading.book_epub import BookText
from empathy_assets.engines.reading.language import language_of
from empathy_assets.engines.reading.passages import Piece, pack
from empathy_assets.engines.reading.result import FileContext, ReadError, Row
from empathy_assets.engines.reading.structure import Chapter, Para, chapters
from empathy_assets.engines.reading.text import decode, encoding_of

_HEAD = 1024
_SNIFF = 4096
_BINARY_SHARE = 0.02


@dataclass(frozen=True)
class _Judged:
    chapter: Chapter
    number: int
    language: str


def read(path: Path, context: FileContext) -> Iterator[Row]:
    """Yield the passages, rejects and the work row of one book.

    Raises:
        ReadError: The file as a whole cannot be read.
    """
    book = _book(path)
    for problem in book.problems:
        yield context.rejected(problem)
    judged = _judged(chapters(_without_signatures(book)))
    foreign = [j for j in judged if j.language not in ("", "en")]
    for item in foreign:
        title = item.chapter.title or "untitled"
        yield context.reject("not-english", f"the chapter reads as `{item.language}`", f"chapter {item.number} {title[:60]!r}")
    english = [j for j in judged if j.language in ("", "en")]
    if not english:
        if not foreign:
            raise ReadError("no-usable-text", "no chapter with running text was found")
        return
    yield from _passages(context, book, english)


def _without_signatures(book: BookText) -> list[Para]:
    """Return the paragraphs with the author's name, where it stands alone, as text: under a preface it heads no chapter."""
    names = {"by", *(name.casefold() for name in book.authors)}
    return [replace(para, level=0) if para.level and para.text.strip(" .").casefold() in names else para for para in book.paras]


def _judged(found: Sequence[Chapter]) -> list[_Judged]:
    """Return the chapters with their language; one too short to tell takes the language of the whole book."""
    whole = language_of(" ".join(b.text for c in found for b in c.blocks[:3]))
    return [_Judged(c, n, language_of(" ".join(b.text for b in c.blocks)) or whole) for n, c in enumerate(found, start=1)]


def _passages(context: FileContext, book: BookText, judged: Sequence[_Judged]) -> Iterator[Row]:
    marks = identity.sketch(b.text for j in judged for b in j.chapter.blocks)
    key = identity.title_key(book.title, book.authors)
    work = identity.work_id(key, marks)
    title = book.title or PurePosixPath(context.relative).stem
    shared: dict[str, Any] = {"title": title, "authors": book.authors, "year": book.year, "work_id": work}
    for item in judged:
        for piece in pack(item.chapter.blocks):
            place = _place(item, piece)
            yield context.passage(piece.text, context.provenance(**place, **shared), chapter=item.chapter.title)
    yield "works", {"file": context.relative, "work_id": work, "title_key": key, "sketch": marks}


def _place(item: _Judged, piece: Piece) -> dict[str, Any]:
    first, last = piece.first, piece.last
    chapter = f"ch. {item.number}" + (f" {item.chapter.title[:80]!r}" if item.chapter.title else "")
    paragraphs = f"para. {first.paragraph}" + (f"-{last.paragraph}" if last.paragraph != first.paragraph else "")
    if first.page is None or last.page is None:
        return {"unit": "paragraph", "start": float(first.paragraph), "end": float(last.paragraph), "anchor": f"{chapter}, {paragraphs}"}
    pages = f"p. {first.page}" + (f"-{last.page}" if last.page != first.page else "")
    return {"unit": "page", "start": float(first.page), "end": float(last.page), "anchor": f"{chapter}, {pages}, {paragraphs}"}


def _book(path: Path) -> BookText:
    with path.open("rb") as stream:
        head = stream.read(_SNIFF)
    if b"%PDF-" in head[:_HEAD]:
        return book_pdf.read(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return book_epub.read(path)
    suffix = path.suffix.lower()
    wide = encoding_of(head).startswith(("utf-16", "utf-32"))
    odd = sum(b < 9 or 13 < b < 27 for b in head)
    if not wide and odd > _BINARY_SHARE * len(head):
        raise ReadError("unknown-kind", f"binary content that is neither PDF nor EPUB, begins {head[:8]!r}")
    if suffix in (".epub", ".pdf"):
        raise ReadError("damaged", f"named {suffix} but begins {head[:12]!r}")
    text = decode(path.read_bytes())
    start = text[:_HEAD].lstrip().lower()
    if (
        start.startswith(("<!doctype html", "<html"))
        or (start.startswith("<") and "<html" in start)
        or suffix in (".html", ".htm", ".xhtml")
    ):
        return book_text.read_html(text)
    return book_text.read_text(text)
