"""Plain text and HTML books: lines or elements to paragraphs and headings.

Lives here: blank-line paragraphs, heading lines, Gutenberg files. Must not live here: chapters (structure).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from empathy_assets.engines.reading import gutenberg
from empathy_assets.engines.reading.book_epub import BookText
from empathy_assets.engines.reading.markup import local, paragraphs, parse_html
from empathy_assets.engines.reading.structure import Para, is_apparatus, is_chapter_title, is_titled
from empathy_assets.engines.reading.text import one_line, tidy

_ITALIC = re.compile(r"(?<![A-Za-z0-9])_([^_\n]{1,400}?)_(?![A-Za-z0-9])", re.DOTALL)
_STRAY = re.compile(r"(?<![A-Za-z0-9_])_(?=[\"'“‘(]?\w)|(?<=[\w.,;:!?\"'])_(?![A-Za-z0-9_])")
_NOTE_MARK = re.compile(r"(?<=\S)\[(?:\d{1,3}|[A-Z*])\]")
_MARKDOWN = re.compile(r"^(#{1,6})\s+(\S.{0,300})$")
_UNDERLINE = re.compile(r"^(?:={3,300}|-{3,300})$")
_LINK = re.compile(r"\[([^\[\]]{1,300})\]\([^()\s]{1,500}\)")
_PICTURE = re.compile(r"!\[[^\[\]]{0,300}\]\([^()]{0,500}\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]{1,400})(?<=[^\s*])\1(?![\w*])")
_INSERTED = re.compile(r"\[Illustration[^\[\]]{0,400}\]|\[(?:Pg|Page|p\.)\s?\d{1,4}\]\s?|\{(?:Page\s)?\d{1,4}\}\s?", re.IGNORECASE)
_NUMBERED_TITLE = re.compile(r"^(?:[IVXLC]{1,7}|\d{1,2})[.:)][\s—-]{1,4}[\"'“‘]?[A-Z][^.;]{2,90}[^.,;:]$")
_ENDED = re.compile(r"[.,;:!?][\"'”’]?$")
_NUMERAL = re.compile(r"^[IVXLC]{1,7}\.?$")
_SEPARATOR = re.compile(r"^[\s*_=~.#-]+$")
_FIELD = re.compile(r"(Title|Author|Language|Date|Publisher):\s*(\S.*)$")
_HEADING_WORDS = 14
_HEADING_LINES = 3
_WIDE = 3  # blank lines before a heading in mixed case; two may stand between any paragraphs
_MANY_LINES = 8
_WHOLE_LINE = 150  # characters; wrapped lines have at most some 100, so longer ones are paragraphs
_FEW, _HALF = 0.03, 0.5  # share of indented lines where an indent opens a paragraph


def read_text(text: str) -> BookText:
    """Return a plain-text book."""
    lines = text.split("\n")
    if gutenberg.is_gutenberg(text):
        start, stop = gutenberg.body_range(lines)
        lines = lines[start:stop]
    marked = any(_MARKDOWN.match(line) for line in lines)
    groups = [part for group in _groups(lines) for part in _parts(*group)]
    stated = gutenberg.fields(text)
    if not stated and groups and (stated := _front_matter(groups[0][1])):
        groups = groups[1:]
    book = BookText(stated.get("title", ""), [stated["author"]] if "author" in stated else [])
    before_heading = False
    for blanks, lines in groups:
        para = _para(blanks, [_unmarked(line) for line in lines] if marked else lines, after_heading=before_heading)
        before_heading = bool(para and para.level)
        if para:
            book.paras.append(para)
    return book


def _front_matter(lines: Sequence[str]) -> dict[str, str]:
    """Return the fields of an opening block in which every line states one (`Title: ...`, `Author: ...`), else nothing."""
    found = [_FIELD.match(line) for line in lines]
    return {m[1].lower(): m[2].strip() for m in found if m} if all(found) else {}


def _groups(lines: Sequence[str]) -> list[tuple[int, list[str]]]:
    """Return runs of non-blank lines with the number of blank lines before each."""
    groups: list[tuple[int, list[str]]] = []
    blanks, current = 2, list[str]()
    for line in lines:
        if line.strip():
            current.append(line)
            continue
        if current:
            groups.append((blanks, current))
            blanks, current = 0, []
        blanks += 1
    return [*groups, (blanks, current)] if current else groups


def _parts(blanks: int, lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the pieces of a run of lines that are paragraphs of their own: Markdown headings, indented openings, whole lines."""
    if len(lines) == 1:
        yield blanks, lines
        return
    starts = {i for i, line in enumerate(lines) if _MARKDOWN.match(line)}
    starts |= {i + 1 for i in starts}
    for i, line in enumerate(lines):
        if i and _UNDERLINE.match(line.strip()) and len(lines[i - 1].split()) <= _HEADING_WORDS:
            starts |= {i - 1, i + 1}
    if len(lines) >= _MANY_LINES:
        indented = {i for i, line in enumerate(lines) if line.startswith(("  ", "\t"))}
        if sum(map(len, lines)) > _WHOLE_LINE * len(lines):
            starts |= set(range(len(lines)))
        elif _FEW * len(lines) <= len(indented) <= _HALF * len(lines):
            starts |= indented
    cuts = sorted({0, *(i for i in starts if i < len(lines)), len(lines)})
    for a, b in pairwise(cuts):
        yield blanks if a == 0 else 1, lines[a:b]


def _unmarked(line: str) -> str:
    """Return a line of Markdown without links, pictures and emphasis."""
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", _PICTURE.sub("", line)))


def _para(blanks: int, lines: list[str], *, after_heading: bool) -> Para | None:
    if len(lines) > 1 and _UNDERLINE.match(lines[-1].strip()):
        title = one_line(" ".join(lines[:-1]))
        return Para(title, 1 if lines[-1].strip().startswith("=") else 2) if title else None
    joined = one_line(_INSERTED.sub("", one_line(" ".join(lines))))
    if not joined or _SEPARATOR.match(joined):
        return None
    text = _NOTE_MARK.sub("", _STRAY.sub("", _ITALIC.sub(r"\1", joined)))
    marked = _MARKDOWN.match(text)
    if marked:
        return Para(marked[2], len(marked[1]))
    level = _level(blanks, lines, joined, after_heading=after_heading)
    return Para(text.strip(" _") if level else text, level)


def _level(blanks: int, lines: list[str], text: str, *, after_heading: bool) -> int:
    """Return the heading level of a group of lines, 0 for text."""
    words = text.split()
    if len(words) > _HEADING_WORDS or len(lines) > _HEADING_LINES or text.endswith((",", ";")):
        return 0
    if is_chapter_title(text) or is_apparatus(text):
        return 1
    letters = [c for c in text if c.isalpha()]
    capital = bool(letters) and sum(c.isupper() for c in letters) >= 0.8 * len(letters)
    if _NUMERAL.match(text) or (blanks > 1 and (capital or _NUMBERED_TITLE.match(text))):
        return 1
    if blanks >= _WIDE and is_titled(text) and not _ENDED.search(text):
        return 1
    return 2 if after_heading and (capital or (text.startswith("_") and text.endswith("_"))) else 0


def read_html(text: str) -> BookText:
    """Return an HTML book."""
    book = BookText()
    root = parse_html(text)
    if root is None:
        return book
    stated = gutenberg.fields(tidy(text[:20_000]))
    titles = [one_line("".join(str(t) for t in e.itertext())) for e in root.iter() if local(e) == "title"]
    book.title = stated.get("title", "") or next(iter(titles), "")
    metas = {(e.get("name") or "").lower(): e.get("content") or "" for e in root.iter() if local(e) == "meta"}
    author = stated.get("author", "") or metas.get("author", "") or metas.get("dc.creator", "")
    book.authors = [one_line(author)] if author else []
    body = next((e for e in root.iter() if local(e) == "body"), root)
    paras = paragraphs(body)
    if gutenberg.is_gutenberg(text):
        start, stop = gutenberg.body_range([p.text for p in paras])
        paras = paras[start:stop]
    book.paras = [Para(_NOTE_MARK.sub("", p.text), p.level) for p in paras]
    return book
