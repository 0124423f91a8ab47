"""Safe reading of XML and of the HTML-like fragments inside replies.

Lives here: decoding, refusal of entity declarations, parsing without network or DTD, salvage of whole records, flattening to plain text.
Must not live here: the meaning of any element of any service.
"""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

from lxml import etree as _etree  # pyright: ignore[reportAttributeAccessIssue, reportMissingTypeStubs, reportUnknownVariableType]

from empathy_assets.engines.reading.papers.limits import max_records
from empathy_assets.engines.reading.papers.work import Section

etree = cast("Any", _etree)
Element = Any
"""An lxml element; the library is untyped."""

_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_PREFIX = re.compile(r"<(/?)(?:jats|mml|xhtml):")
_LESS_THAN = re.compile(r"<(?![A-Za-z/!?])")
_SUPER = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUB = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_BREAKS = {"p", "br", "title", "list-item", "li", "sec", "h2", "h3", "h4", "div", "AbstractText", "def", "disp-quote"}
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}


class HostileMarkupError(ValueError):
    """The text declares entities; no service does, so it is refused unread."""


def decoded(data: bytes) -> str:
    """Return the text of `data`: byte order mark, then the declared encoding, then UTF-8, then cp1252 (which always succeeds)."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace")
    declared = _DECLARED.match(data[:200].lstrip())
    for name in ([declared.group(1).decode("ascii")] if declared else []) + ["utf-8"]:
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("cp1252", "replace")


def bare(text: str) -> str:
    """Return XML text without prolog, document type, control characters and undeclared entities.

    Named HTML entities (`&nbsp;`, `&alpha;`) become their character and a lone ampersand becomes `&amp;`: both are common in replies whose
    DTD would have declared them, and no DTD is loaded here.

    Raises:
        HostileMarkupError: The document type declares entities.
    """
    if _ENTITY.search(text):
        raise HostileMarkupError("found an entity declaration, expected none: possible entity expansion attack")
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


def spans(text: str, tags: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield (text of the element, whole?) for each top-level occurrence of one of `tags` in damaged XML.

    An element whose end is missing reaches to the next start of one of `tags` or to the end of the text, and is not whole. What follows
    the last record that policy allows is one piece that is not whole.
    """
    names = "|".join(map(re.escape, tags))
    found = re.finditer(rf"<(?:\w+:)?({names})(?=[\s>/])[^>]*>?", text)
    starts = list(islice(found, max_records() + 1))
    for here, following in zip(starts, [*(m.start() for m in starts[1:]), len(text)], strict=False):
        end = text.find(f"</{here.group(1)}>", here.end(), following)
        yield (text[here.start() : end + len(here.group(1)) + 3], True) if end >= 0 else (text[here.start() : following], False)


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


def _formula(node: Element) -> str:
    """Return MathML on one line: powers as `^`, indices as `_`, fractions as `/`."""
    name, parts = tag(node), [_formula(child) for child in node if tag(child) not in ("annotation", "annotation-xml", "")]
    if not parts:
        return (node.text or "").strip()
    joint = {"msup": "^", "msub": "_", "mfrac": "/"}.get(name)
    if joint and len(parts) == 2:
        return parts[0] + joint + (parts[1] if len(parts[1]) == 1 else f"({parts[1]})")
    return f"√({''.join(parts)})" if name == "msqrt" else "".join(parts)


def _raised(node: Element, text: str) -> str:
    """Return super- and subscripts as Unicode characters, because plain concatenation turns 10² into 102."""
    table = _SUPER if tag(node) == "sup" else _SUB
    return text.translate(table) if text.strip() and all(ord(c) in table or c.isspace() for c in text) else text


def _pieces(node: Element, skip: frozenset[str]) -> str:
    name = tag(node)
    if name == "math":
        return node.get("alttext") or _formula(node)
    out = [node.text or ""]
    for child in node:
        kind = tag(child)
        if kind and kind not in skip:
            inner = _pieces(child, skip)
            out.append(f" {inner} " if kind in _BREAKS else inner)
        out.append(child.tail or "")
    text = "".join(out)
    return _raised(node, text) if name in ("sup", "sub", "inf") else text


def flat(node: Element | None, *, skip: frozenset[str] = frozenset()) -> str:
    """Return the text of an element on one line, without the elements named in `skip` (their tails stay)."""
    return "" if node is None else " ".join(_pieces(node, skip).split())


def fragment_sections(text: str) -> list[Section]:
    """Return an abstract given as HTML or JATS fragment (`<h4>Aim</h4>...`, `<jats:sec>`) by section; plain text gives one section.

    A heading that says only `Abstract` is no label.
    """
    if "<" not in text:
        plain = " ".join(html.unescape(text).split())
        return [Section(text=plain)] if plain else []
    unprefixed = _LESS_THAN.sub("&lt;", _PREFIX.sub(r"<\1", text))
    try:
        root = parsed(bare(f"<root>{unprefixed}</root>"), recover=True)
    except HostileMarkupError:
        return []
    if root is None:
        return []
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
            inner = flat_keeping_space(child)
            yield "text", f" {inner} " if name in _BREAKS else inner
        yield "text", cast("str", child.tail or "")


def flat_keeping_space(node: Element) -> str:
    """Return the text of an inline element with the white space at its edges, which separates words."""
    return _pieces(node, frozenset())
