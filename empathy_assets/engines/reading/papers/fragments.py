"""Abstracts and titles that services give as HTML or JATS fragments, as escaped markup, or as plain text that only looks so.

Lives here: a string to labelled plain paragraphs. Must not live here: whole documents (`markup`), the meaning of any service's fields.
"""

import html
import re
from collections.abc import Iterator
from typing import cast

from empathy_assets.engines.reading.papers.markup import BREAKS, Element, bare, flat, inline, parsed, tag
from empathy_assets.engines.reading.papers.work import Section

_NAMES = (
    "p|br|b|i|u|em|strong|sub|sup|small|span|div|font|center|a|ul|ol|li|dl|dt|dd|h[1-6]|hr|table|tr|td|th|tbody|section|article"
    "|title|sec|list|list-item|label|italic|bold|underline|sc|monospace|inf|inline-formula|disp-formula|tex-math|alternatives|xref|ext-link"
    "|styled-content|named-content|disp-quote|abstract|email|uri|break|abstracttext|inline-graphic|graphic"
    "|math|m(?:i|n|o|row|sup|sub|subsup|frac|text|sqrt|over|under|style|fenced|space)"
)
_NAME = rf"(?:(?:jats|mml|xhtml|m):[\w-]{{1,40}}|{_NAMES})"
_TAG = rf"{_NAME}(?:\s[^<>]{{0,1000}})?/?"
_LESS_THAN = re.compile(rf"<(?:(?![A-Za-z/!])|(?!/?{_TAG}>|!--))", re.IGNORECASE)
_ESCAPED = re.compile(rf"&amp;(?:lt|gt|amp|quot|nbsp|#x?[0-9a-fA-F]{{1,6}});|&lt;/?{_NAME}(?:\s|/|&gt;)", re.IGNORECASE)
_LAYERS = 3  # an entity is escaped once by a publisher, once by an aggregator, once by a form
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_DECLARATION = re.compile(r"<![A-Za-z][^<>]{0,1000}>")
_ANY_TAG = re.compile(r"<[^<>]{0,1000}>")
_PREFIX = re.compile(r"<(/?)(?:jats|mml|xhtml|m):")


def fragment_sections(text: str) -> list[Section]:
    """Return an abstract given as HTML or JATS fragment (`<h4>Aim</h4>...`, `<jats:sec>`) by section; plain text gives one section.

    A heading that says only `Abstract` is no label.
    """
    for _ in range(_LAYERS):
        if not _ESCAPED.search(text):
            break
        text = html.unescape(text)
    if "<" not in text:
        plain = " ".join(html.unescape(text).split())
        return [Section(text=plain)] if plain else []
    text = _DECLARATION.sub("", _CDATA.sub("", text))
    unprefixed = _PREFIX.sub(r"<\1", _LESS_THAN.sub("&lt;", text))
    root = parsed(bare(f"<root>{unprefixed}</root>"), recover=True)
    if root is None:
        plain = " ".join(html.unescape(_ANY_TAG.sub(" ", unprefixed)).split())
        return [Section(text=plain)] if plain else []
    label, run, found = "", "", list[Section]()
    for kind, piece in _flow(root):
        if kind == "heading" or kind == "break":
            _keep(found, label, run)
            run = ""
        if kind == "heading":
            label = "" if piece.casefold().strip(" .:") in ("abstract", "summary") else piece.strip(" .:")
        elif kind == "text":
            run += piece
    _keep(found, label, run)
    return found


def one_line(text: str) -> str:
    """Return a title or other field given as a fragment on one line, without its headings' marks."""
    return " ".join(section.text for section in fragment_sections(text))


def _keep(found: list[Section], label: str, run: str) -> None:
    if text := " ".join(run.split()):
        found.append(Section(label=label, text=text))


def _flow(node: Element) -> Iterator[tuple[str, str]]:
    """Yield headings, paragraph breaks and text runs of a fragment in reading order."""
    yield "text", cast("str", node.text or "")
    for child in node:
        name = tag(child)
        if name in ("title", "h1", "h2", "h3", "h4", "h5", "label"):
            yield "heading", flat(child)
        elif name in ("p", "sec", "div", "root", "abstract"):
            yield "break", ""
            yield from _flow(child)
            yield "break", ""
        elif name:
            inner = inline(child)
            yield "text", f" {inner} " if name in BREAKS else inner
        yield "text", cast("str", child.tail or "")
