"""Safe reading of XML.

Lives here: decoding, refusal of entity declarations, parsing without network or DTD, salvage of whole records, flattening to plain text.
Must not live here: the meaning of any element of any service, fragments inside strings (`fragments`).
"""

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from mmap import mmap
from typing import Any, cast

from lxml import etree as _etree  # pyright: ignore[reportAttributeAccessIssue, reportMissingTypeStubs, reportUnknownVariableType]

from empathy_assets.engines.reading.papers.mathml import SUB, SUPER, formula, raised

etree = cast("Any", _etree)
Element = Any
"""An lxml element; the library is untyped."""
Buffer = bytes | mmap
"""Bytes in memory or in a file that is too large to be read at once."""

ENTITIES = "found an entity declaration, expected none: possible entity expansion attack"
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ue000\ue001\ufffe\uffff\ud800-\udfff]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_EMPHASIS = {"i", "b", "u", "em", "italic", "bold"}
_FUNCTION_END = re.compile(r"(?:^|[\s(])(?:the|of|and|by|for|with|from|that)$")
_FUNCTION_START = re.compile(r"(?:is|are|was|were|and|of|in|by|for|with|from|that|has|have|gene|genes)\b")
_WORD_END = re.compile(r"[a-z]{2}$")
_WORD_START = re.compile(r"[a-z]{3}")
BREAKS = {"p", "br", "title", "list-item", "li", "sec", "h2", "h3", "h4", "div", "AbstractText", "def", "disp-quote"}
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}


class HostileMarkupError(ValueError):
    """The text declares entities; no service does, so it is refused unread."""


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Return a byte that is no UTF-8 as the cp1252 character it almost always is, so that one spoiled byte costs one character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("papers-cp1252", _as_cp1252)


def decoded(data: bytes) -> str:
    """Return the text of `data`: byte order mark, UTF-8 whatever is declared, the declared encoding, UTF-8 with cp1252 in it.

    UTF-8 comes first because text in another encoding is hardly ever valid UTF-8, while declarations are often wrong. A character cut in
    two by the end of the data is left out.
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace" if name == "utf-16" else "papers-cp1252").rstrip("\ufffd")
    for start, name in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if data.startswith(start):
            return data.decode(name, "replace").rstrip("\ufffd")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.match(data[:200].lstrip())
    name = declared.group(1).decode("ascii").lower() if declared else "utf-8"
    try:
        return data.decode("utf-8" if name.startswith(("utf-16", "utf-32")) else name)
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "papers-cp1252")


def declaration(data: bytes) -> bytes:
    """Return the XML declaration at the start of `data` with its encoding, or nothing; pieces of the document are decoded with it."""
    found = _DECLARED.match(data[:200].lstrip())
    return b'<?xml version="1.0" encoding="%s"?>' % found.group(1) if found else b""


def bare(text: str) -> str:
    """Return XML text without prolog, document type, control characters and undeclared entities.

    Named HTML entities (`&nbsp;`, `&alpha;`) become their character and a lone ampersand becomes `&amp;`: both are common in replies whose
    DTD would have declared them, and no DTD is loaded here.

    Raises:
        HostileMarkupError: The document type declares entities.
    """
    if _ENTITY.search(text):
        raise HostileMarkupError(ENTITIES)
    text = without_prolog(text)
    text = _NAMED.sub(lambda m: m.group(0) if m.group(1) in _XML_OWN else html.escape(html.unescape(m.group(0)), quote=False), text)
    return _BARE_AMPERSAND.sub("&amp;", _CONTROL.sub("", text))


def without_prolog(text: str) -> str:
    """Return XML text from its root element on: without declaration, comments and document type (in one pass over hostile text, too)."""
    text = text.lstrip("\ufeff \t\r\n\x00")
    while text.startswith(("<?", "<!--", "<!DOCTYPE", "<!doctype")):
        if text.startswith("<?"):
            end, width = text.find("?>"), 2
        elif text.startswith("<!--"):
            end, width = text.find("-->", 4), 3
        else:
            subset, end, width = text.find("["), text.find(">"), 1
            if 0 <= subset < end:
                end = text.find(">", max(text.find("]", subset), subset))
        if end < 0:
            return ""
        text = text[end + width :].lstrip()
    return text


def _parser(recover: bool) -> Any:
    return etree.XMLParser(
        recover=recover, no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def parsed(text: str, *, recover: bool = False) -> Element | None:
    """Return the root of `bare` text, or None if it is not well-formed (with `recover`: if nothing at all can be made of it)."""
    try:
        return etree.fromstring(text.encode("utf-8"), _parser(recover))
    except (etree.XMLSyntaxError, ValueError):
        return None


def spans(data: Buffer, tags: Iterable[str]) -> Iterator[tuple[bytes, bool]]:
    """Yield (the element as it stands, whole?) for each occurrence of one of `tags`, one at a time, without parsing the whole.

    An element whose end is missing reaches to the next start of one of `tags` or to the end, and is not whole.

    Args:
        data: XML in an encoding that writes markup in ASCII, in memory or mapped from a file.
        tags: Names of elements that do not nest.
    """
    names = "|".join(map(re.escape, tags))
    found = re.finditer(rf"<(?:\w{{1,30}}:)?({names})(?=[\s>/])[^<>]*>?".encode(), data)
    here = next(found, None)
    while here is not None:
        after = next(found, None)
        following = after.start() if after else len(data)
        close = b"</" + here.group(0)[1:].partition(here.group(1))[0] + here.group(1) + b">"
        end = data.find(close, here.end(), following)
        yield (data[here.start() : end + len(close)], True) if end >= 0 else (data[here.start() : following], False)
        here = after


def tag(node: Element) -> str:
    """Return the local name of an element, empty for comments and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def children(node: Element | None, *names: str) -> list[Element]:
    """Return the direct children with one of the local names; all elements if none is given."""
    return [] if node is None else [child for child in node if (tag(child) in names if names else tag(child))]


def first(node: Element | None, *path: str) -> Element | None:
    """Return the first element down a path of local names, or None."""
    for name in path:
        node = next(iter(children(node, name)), None)
    return node


def within(node: Element | None, *names: str) -> list[Element]:
    """Return all descendants with one of the local names, in document order."""
    return [] if node is None else [child for child in node.iter() if tag(child) in names]


def _pieces(node: Element, skip: frozenset[str]) -> str:
    name = tag(node)
    if name == "math":
        return formula(node)
    out = [node.text or ""]
    for child in node:
        kind, inner = tag(child), ""
        if kind and kind not in skip:
            inner = _pieces(child, skip)
            out.append(f" {inner} " if kind in BREAKS else _apart(out[-1], inner, child.tail or "") if kind in _EMPHASIS else inner)
        out.append(child.tail or "")
    text = "".join(out)
    # Plain concatenation would turn 10² into 102.
    return raised(text, SUPER if name == "sup" else SUB) if name in ("sup", "sub", "inf") else text


def _apart(before: str, inner: str, after: str) -> str:
    """Return an emphasised name with the spaces that exports and typesetters lose round it (`the<i>TERT</i>gene`, `<i>S. rosetta</i>is`).

    Touched are names in capitals between lower-case words, and any name beside a function word; emphasis inside a word
    (`<b>M</b>indfulness`, `<i>trans</i>form`) stays as it is.
    """
    if len(inner) < 3 or not (inner[0].isalnum() and inner[-1].isalnum()):
        return inner
    name = inner.isalnum() and inner.isupper()
    left = _FUNCTION_END.search(before[-6:]) or (name and _WORD_END.search(before[-4:]))
    right = _FUNCTION_START.match(after) or (name and _WORD_START.match(after))
    return (" " if left else "") + inner + (" " if right else "")


def flat(node: Element | None, *, skip: frozenset[str] = frozenset()) -> str:
    """Return the text of an element on one line, without the elements named in `skip` (their tails stay)."""
    return "" if node is None else " ".join(_pieces(node, skip).split())


def inline(node: Element) -> str:
    """Return the text of an inline element with the white space at its edges, which separates words."""
    return _pieces(node, frozenset())
