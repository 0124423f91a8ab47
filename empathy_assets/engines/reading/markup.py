"""Markup to paragraphs: XML and HTML parsed without network, entities or DTD, then walked once.

Lives here: safe parsing and the walk. Must not live here: archives (archive) or what a chapter is (structure).
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from lxml import etree as _etree  # pyright: ignore[reportAttributeAccessIssue, reportMissingTypeStubs, reportUnknownVariableType]

from empathy_assets.engines.reading.structure import Para
from empathy_assets.engines.reading.text import one_line
from empathy_assets.policy.load import table

etree: Any = _etree  # pyright: ignore[reportUnknownVariableType]
Element = Any
"""An lxml element; the library is untyped."""

ANCHOR = -1
"""Level of a title that a table of contents gives to a place in the document."""

_BLOCK_NAMES = (
    "address article aside blockquote body center dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main "
    "ol p pre section table tbody td th tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SKIPPED = frozenset(
    ("script", "style", "head", "nav", "svg", "math", "noscript", "template", "iframe", "object", "video", "audio", "img", "figure")
)
_HEADING = re.compile(r"h([1-6])$")
_NOTE_MARK = re.compile(r"^[\[(*†]*\s*(?:\d{1,3}|[a-z]|[*†‡])\s*[\])]*$")
_NOTE_SIGNS = ("[", "*", "†", "‡")
_NOTE_NAME = re.compile(r"footnote|\bfn|endnote|noteref", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_ENTITIES = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_GUTENBERG_CLASS = "pg-boilerplate"
_GUTENBERG_IDS = frozenset({"pg-header", "pg-footer", "pg-machine-header", "pg-start-separator", "pg-end-separator"})


@cache
def _skipped_types() -> frozenset[str]:
    return frozenset(table("reading")["book"]["semantic_types"])


@cache
def _skipped_classes() -> frozenset[str]:
    return frozenset(table("reading")["book"]["skipped_classes"])


def _named(match: re.Match[bytes]) -> bytes:
    if match[1] in _XML_ENTITIES:
        return match[0]
    resolved = html.unescape(match[0].decode("ascii"))
    return b"" if resolved.startswith("&") else resolved.encode("ascii", "xmlcharrefreplace")


def parse_xml(data: bytes) -> Element | None:
    """Return the root of an XML document, mended where it is broken; no entity is expanded and nothing is fetched."""
    parser = etree.XMLParser(
        recover=True, no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(_ENTITY.sub(_named, data), parser)
    except etree.XMLSyntaxError:
        return None


def parse_html(text: str) -> Element | None:
    """Return the root of an HTML document, mended where it is broken."""
    parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def local(element: Element) -> str:
    """Return an element's name without namespace, lower case; empty for entities and comments."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def types_of(element: Element) -> set[str]:
    """Return the semantic types (`epub:type`, `role`) of an element."""
    found: set[str] = set()
    for name, value in element.attrib.items():
        if str(name).rpartition("}")[2] in ("type", "epub:type", "role"):
            found.update(str(value).lower().split())
    return found


def _unwanted(element: Element, name: str) -> bool:
    classes = (element.get("class") or "").lower()
    if name in _SKIPPED or (types_of(element) & _skipped_types()) or _GUTENBERG_CLASS in classes or element.get("id") in _GUTENBERG_IDS:
        return True
    if not _skipped_classes().isdisjoint(classes.split()):
        return True
    if name in ("sup", "a") and len(element) <= 1:
        words = "".join(str(t) for t in element.itertext()).strip()
        return bool(words) and bool(_NOTE_MARK.match(words)) and (name == "sup" or "#" in (element.get("href") or ""))
    return "pagenum" in classes


def _opens_note(element: Element) -> bool:
    """Return whether a paragraph that begins with this mark is a footnote: bracketed, a sign, or a link back to its place."""
    words = "".join(str(t) for t in element.itertext()).strip()
    names = " ".join(str(element.get(key) or "") for key in ("href", "id", "name", "class"))
    return words.startswith(_NOTE_SIGNS) or bool(_NOTE_NAME.search(names))


class _Walk:
    """Paragraphs collected while walking a tree."""

    def __init__(self, anchors: Mapping[str, str]) -> None:
        self.anchors = anchors
        self.paras: list[Para] = []
        self.buffer: list[str] = []
        self.level = 0
        self.note = False

    def flush(self) -> None:
        raw = "".join(self.buffer)
        self.buffer = []
        if self.note:
            self.note = False
            return
        for part in _BLANK_LINE.split(raw) if self.level == 0 else [raw]:
            text = one_line(part)
            if text:
                self.paras.append(Para(text, self.level))

    def start(self, element: Element, name: str) -> None:
        title = self.anchors.get(element.get("id") or element.get("name") or "")
        if title and self.level == 0:
            self.flush()
            self.paras.append(Para(title, ANCHOR))
        if name in _BLOCKS:
            self.flush()
            heading = _HEADING.match(name)
            self.level = int(heading[1]) if heading else self.level
        elif name == "br":
            self.buffer.append(" ")
        self.buffer.append(element.text or "")

    def end(self, name: str) -> None:
        if name in _BLOCKS:
            self.flush()
            if _HEADING.match(name):
                self.level = 0


def paragraphs(root: Element, anchors: Mapping[str, str] | None = None) -> list[Para]:
    """Return the headings and paragraphs below `root` in document order; navigation, notes, note marks and images are left out.

    Args:
        root: The element to walk.
        anchors: Titles by element id; each that is met becomes a paragraph of level `ANCHOR` before the element.
    """
    walk = _Walk(anchors or {})
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped: Element | None = None
    for event, element in walker:
        name = local(element)
        if event == "start":
            if skipped is None and _unwanted(element, name):
                walk.note = walk.note or (name in ("a", "sup") and not "".join(walk.buffer).strip() and _opens_note(element))
                skipped = element
                walker.skip_subtree()
            elif skipped is None:
                walk.start(element, name)
            continue
        if skipped is element:
            skipped = None
            if name in _BLOCKS:
                walk.flush()
        elif skipped is None:
            walk.end(name)
        if skipped is None:
            walk.buffer.append(element.tail or "")
    walk.flush()
    return walk.paras
