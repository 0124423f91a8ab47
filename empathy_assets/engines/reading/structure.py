"""Structure of books: headings and paragraphs to chapters of running text, without front matter, contents, notes and index.

Lives here: what is chapter and what is apparatus. Must not live here: how a format marks a heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from empathy_assets.engines.reading.passages import Block
from empathy_assets.policy.load import table

_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|"
    r"seventeenth|eighteenth|nineteenth|twentieth)"
)
_CARDINAL = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|"
    r"twenty(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|thirty)"
)
_NUMERAL = rf"(?:[ivxlcdm]{{1,9}}|\d{{1,3}}|{_CARDINAL}|{_ORDINAL})"
_PART = r"(?:chapter|chap\.|book|part|lectures?|letter|section|essay|lesson|volume|appendix|discourse|sermon|meditation|canto)"
_NUMBERED = re.compile(
    rf"^(?:{_PART}\s{{1,9}}(?:the\s{{1,9}})?{_NUMERAL}\b|(?:the\s{{1,9}})?{_ORDINAL}\s{{1,9}}{_PART})[.:]?\s*$", re.IGNORECASE
)
_CHAPTER = re.compile(
    rf"^(?:{_PART}\s{{1,9}}(?:the\s{{1,9}})?{_NUMERAL}\b|(?:the\s{{1,9}})?{_ORDINAL}\s{{1,9}}{_PART}[.:]?$)", re.IGNORECASE
)
_BARE_NUMERAL = re.compile(r"^(?:[IVXLCDM]+|\d{1,3})\.?$")
_NOT_PLAIN = re.compile(r"[^a-z0-9 ]+")
_LEADER = re.compile(r"(?:\.\s?){4}\s{0,9}(?:\d{1,4}|[ivxlc]{1,7})\s*$|(?:\. ?){8}\s*$|\s{3}\d{1,4}$")
_LEADER_CHARS = 200
_NOTE = re.compile(r"\[(?:\d{1,3}|[A-Z]|\*)\]:?\s")  # a note printed between the paragraphs, as in texts that mark it [1] or [A]
_SENTENCE_END = re.compile(r"[.!?:][\"'”’)\]]*$")
_PROSE_WORDS = 25
_TITLE_PAGE_CHAPTERS = 2
_TITLE_PAGE_WORDS = 120
_SHORT_WORD = 3
_TITLED = 0.6
_LATE = 0.6  # notes and index stand in the last part of a book; a chapter called "Index" earlier is none


@dataclass(frozen=True)
class Para:
    """A paragraph as a format reader found it; `level` 0 is text, 1 to 6 a heading."""

    text: str
    level: int = 0
    page: int | None = None


@dataclass
class Chapter:
    """A chapter: its title, and its paragraphs as blocks numbered from 1."""

    title: str
    blocks: list[Block] = field(default_factory=list[Block])

    def add(self, para: Para) -> None:
        """Append a paragraph."""
        self.blocks.append(Block(para.text, len(self.blocks) + 1, para.page))


def plain_title(title: str) -> str:
    """Return a heading as the policy lists write it."""
    return " ".join(_NOT_PLAIN.sub(" ", title.lower()).split())


@cache
def _lists(key: str) -> tuple[str, ...]:
    return tuple(table("reading")["book"][key])


@cache
def _apparatus() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the titles of front and back matter: those that have to be equal, and the openings of those that may go on."""
    titles = [*_lists("front_matter"), *_lists("back_matter")]
    return frozenset(t for t in titles if not t.endswith("*")), tuple(t[:-1] for t in titles if t.endswith("*"))


def is_chapter_title(text: str) -> bool:
    """Return whether a line opens with `Chapter 3`, `LECTURE II` and the like."""
    return bool(_CHAPTER.match(text.strip()))


def is_numbered(text: str) -> bool:
    """Return whether a heading is a bare number, such as `CHAPTER IV` or `XII.`, that a title may follow."""
    return bool(_NUMBERED.match(text.strip()) or _BARE_NUMERAL.match(text.strip()))


def is_apparatus(title: str) -> bool:
    """Return whether a heading names front or back matter."""
    name = plain_title(title)
    whole, openings = _apparatus()
    return name in whole or name.startswith(openings)


def is_boilerplate(text: str) -> bool:
    """Return whether a paragraph is the printer's or the digitiser's."""
    start = text.lstrip(" *_").lower()
    return start.startswith(_lists("boilerplate")) or bool(_NOTE.match(text) or _LEADER.search(text[-_LEADER_CHARS:]))


def is_prose(text: str) -> bool:
    """Return whether a paragraph is running text rather than a title or an entry."""
    return text.count(" ") + 1 >= _PROSE_WORDS and bool(_SENTENCE_END.search(text.strip()))


def is_titled(text: str) -> bool:
    """Return whether most long words of a line begin with a capital letter, as in a title."""
    words = [w for w in text.split() if sum(c.isalpha() for c in w) > _SHORT_WORD]
    return sum(w.lstrip("\"'“‘(_")[:1].isupper() for w in words) >= max(_TITLED * len(words), 1)


class _Builder:
    """State while walking the paragraphs: the title that is due, and whether text is being left out."""

    def __init__(self, total: int) -> None:
        self.chapters: list[Chapter] = []
        self.loose = Chapter("")
        self.titles: list[str] = []
        self.skipping = ""
        self.level = 0
        self.total = max(total, 1)

    def heading(self, para: Para, index: int) -> None:
        name = plain_title(para.text)
        if self.skipping in ("contents", "rest") and not (self.skipping == "contents" and not is_apparatus(para.text)):
            return
        if self.skipping == "contents":
            self._title(para.text)
            return
        if is_apparatus(para.text):
            late = index / self.total >= _LATE
            self.skipping = (
                "contents" if "contents" in name or name.startswith("list of") else "rest" if late and "index" in name else "part"
            )
            self.level, self.titles = para.level, []
        elif not self.skipping or para.level <= self.level or is_chapter_title(para.text):
            self.skipping = ""
            self._title(para.text)

    def _title(self, text: str) -> None:
        joins = self.titles and is_numbered(self.titles[-1]) and not is_chapter_title(text)
        self.titles = [*self.titles, text] if joins else [text]

    def text(self, para: Para) -> None:
        if self.skipping == "contents" and is_prose(para.text):
            self.skipping = ""
        if self.skipping or is_boilerplate(para.text):
            return
        if self.titles:
            self.chapters.append(Chapter(". ".join(t.strip(" .:_") for t in self.titles)))
            self.titles = []
        (self.chapters[-1] if self.chapters else self.loose).add(para)


def chapters(paras: Sequence[Para]) -> list[Chapter]:
    """Return the chapters of a book in order.

    A heading without text below it before the next heading names no chapter (title pages, entries of a table of contents). Text before
    the first chapter is kept only if the book has no chapters or that text is prose.
    """
    builder = _Builder(len(paras))
    for index, para in enumerate(paras):
        if para.level:
            builder.heading(para, index)
        elif para.text.strip():
            builder.text(para)
    found = builder.chapters
    if not found:
        return [builder.loose] if builder.loose.blocks else []
    opening = _opening(found)
    return [c for c in map(_prose_only, [builder.loose, *found[:opening]]) if c.blocks] + found[opening:]


def _opening(found: Sequence[Chapter]) -> int:
    """Return how many chapters at the beginning are pieces of a title page: short, in a book of several chapters."""
    count = 0
    while len(found) - count > _TITLE_PAGE_CHAPTERS and sum(b.text.count(" ") + 1 for b in found[count].blocks) < _TITLE_PAGE_WORDS:
        count += 1
    return count


def _prose_only(chapter: Chapter) -> Chapter:
    kept = Chapter(chapter.title)
    for block in chapter.blocks:
        if is_prose(block.text) and not is_chapter_title(block.text):
            kept.add(Para(block.text, 0, block.page))
    return kept
