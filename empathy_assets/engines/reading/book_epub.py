"""EPUB 2 and 3: container, package, spine and navigation to paragraphs.

Lives here: what the package says. Must not live here: unpacking limits (archive), chapters (structure).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from empathy_assets.engines.reading import gutenberg
from empathy_assets.engines.reading.archive import Archive, resolve
from empathy_assets.engines.reading.markup import ANCHOR, Element, local, paragraphs, parse_html, parse_xml, types_of
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.structure import Para, is_apparatus, plain_title
from empathy_assets.engines.reading.text import decode, one_line

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_CONTENT_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document", "application/xml", "text/xml")
_CONTENT_SUFFIXES = (".xhtml", ".html", ".htm", ".xml", ".opf", ".ncx")
_OTHER_LISTS = frozenset({"page-list", "landmarks", "doc-pagelist", "loi", "lot"})
_MARKUP_BYTES = 4096
_MOST = 0.5
_HEAD_PARAS = 60
_NEAR = 2  # paragraphs after a place in which its own heading may stand
_YEAR = re.compile(r"\b(1[4-9]\d\d|20\d\d)\b")


@dataclass
class BookText:
    """A book as a format reader hands it over: metadata, paragraphs, and what could not be read."""

    title: str = ""
    authors: list[str] = field(default_factory=list[str])
    year: int | None = None
    paras: list[Para] = field(default_factory=list[Para])
    problems: list[ReadError] = field(default_factory=list[ReadError])


@dataclass
class _Package:
    path: str
    root: Element
    items: dict[str, tuple[str, str, str]] = field(default_factory=dict[str, tuple[str, str, str]])
    spine: list[str] = field(default_factory=list[str])


def read(path: Path) -> BookText:
    """Return the text of an EPUB in spine order.

    Raises:
        ReadError: It is damaged, protected, or hostile.
    """
    with Archive(path) as archive:
        package = _package(archive)
        book = BookText()
        protected = _protected(archive, package, book)
        _metadata(package, book)
        titles = _navigation(archive, package)
        for item in package.spine:
            if package.items.get(item, ("",))[0] not in protected:
                book.paras.extend(_document(archive, package, item, titles, book))
        if gutenberg.is_gutenberg("\n".join(p.text for p in book.paras[:_HEAD_PARAS])):
            start, stop = gutenberg.body_range([p.text for p in book.paras])
            book.paras = book.paras[start:stop]
        told = {problem.position for problem in book.problems}
        for target in dict.fromkeys(target for target, _, _ in package.items.values()):
            if target not in archive and target[:80] not in told and not target.startswith(("http:", "https:")):
                told.add(target[:80])
                book.problems.append(
                    ReadError("missing-resource", f"the manifest names {target!r}, which the archive does not hold", target[:80])
                )
        return book


def _package(archive: Archive) -> _Package:
    container = archive.read(_CONTAINER)
    if container is None:
        raise ReadError("damaged", f"{_CONTAINER} is missing; an EPUB names its package there")
    root = parse_xml(container)
    places = [e.get("full-path") or "" for e in _every(root, "rootfile")]
    for place in places:
        data = archive.read(resolve("", place)) if place else None
        tree = parse_xml(data) if data else None
        if tree is not None:
            return _filled(_Package(resolve("", place), tree))
    raise ReadError("damaged", f"the package document {places[:3]!r} named by the container is missing or no XML")


def _filled(package: _Package) -> _Package:
    for item in _every(package.root, "item"):
        href = item.get("href") or ""
        package.items[item.get("id") or href] = (resolve(package.path, href), item.get("media-type") or "", item.get("properties") or "")
    package.spine = list(dict.fromkeys(e.get("idref") or "" for e in _every(package.root, "itemref")))
    if not package.spine:
        package.spine = [key for key, (_, kind, _) in package.items.items() if kind in _CONTENT_TYPES]
    return package


def _every(root: Element | None, name: str) -> Iterator[Element]:
    if root is not None:
        yield from (e for e in root.iter() if local(e) == name)


def _protected(archive: Archive, package: _Package, book: BookText) -> set[str]:
    """Return the documents of the spine that cannot be read for encryption; each is told as a problem of the book.

    Obfuscated fonts are no protection of the text, and a document said to be encrypted that is plain markup is read.

    Raises:
        ReadError: `drm`, where most of the text is encrypted.
    """
    data = archive.read(_ENCRYPTION)
    if data is None:
        return set()
    text = [package.items[key][0] for key in package.spine if key in package.items]
    found: dict[str, str] = {}
    for entry in _every(parse_xml(data), "encrypteddata"):
        method = next((e.get("Algorithm") or "" for e in _every(entry, "encryptionmethod")), "")
        if method in _FONT_OBFUSCATION:
            continue
        for reference in _every(entry, "cipherreference"):
            target = resolve("", reference.get("URI") or "")
            if target in text or target.lower().endswith(_CONTENT_SUFFIXES):
                plain = _is_markup(archive.read(target) or b"")
                what = f"{_ENCRYPTION} says that {target!r} is encrypted with {method or 'an unnamed method'!r}"
                book.problems.append(
                    ReadError("encryption-claimed", f"{what}, but it is plain markup", target[:80])
                    if plain
                    else ReadError("drm", what, target[:80])
                )
                if not plain:
                    found[target] = what
    if found and len(found) >= _MOST * len(text):
        raise ReadError("drm", f"{next(iter(found.values()))}, and {len(found) - 1} other documents")
    return set(found)


def _is_markup(data: bytes) -> bool:
    start = decode(data[:_MARKUP_BYTES]).lstrip()
    return start.startswith("<") and "\x00" not in start and "\ufffd" not in start


def _metadata(package: _Package, book: BookText) -> None:
    def texts(name: str) -> list[str]:
        return [t for e in _every(package.root, name) if (t := one_line("".join(str(x) for x in e.itertext())))]

    book.title = next(iter(texts("title")), "")
    writers = [e for e in _every(package.root, "creator") if _role(e) in ("", "aut")]
    book.authors = [t for e in writers if (t := one_line("".join(str(x) for x in e.itertext())))] or texts("creator")
    years = [int(y) for text in texts("date") for y in _YEAR.findall(text)]
    book.year = min(years) if years else None


def _role(creator: Element) -> str:
    return next((str(value).lower() for name, value in creator.attrib.items() if str(name).rpartition("}")[2] == "role"), "")


def _navigation(archive: Archive, package: _Package) -> dict[str, dict[str, str]]:
    """Return the titles that the NCX or the navigation document gives, by document and fragment (empty: the document itself)."""
    titles: dict[str, dict[str, str]] = {}
    for path, kind, properties in package.items.values():
        is_nav = "nav" in properties.split()
        if not is_nav and kind != "application/x-dtbncx+xml":
            continue
        data = archive.read(path)
        root = parse_xml(data) if data else None
        for entry in _entries(root, is_nav=is_nav):
            href = entry.get("href") if is_nav else next((e.get("src") for e in _every(entry, "content")), "")
            label = entry if is_nav else next(_every(entry, "text"), None)
            text = one_line("".join(str(t) for t in label.itertext())) if label is not None else ""
            if href and text:
                fragment = unquote(str(href).partition("#")[2])
                titles.setdefault(resolve(path, str(href)), {}).setdefault(fragment, text)
    return titles


def _entries(root: Element | None, *, is_nav: bool) -> Iterator[Element]:
    """Yield the entries of a table of contents; lists of pages and landmarks are none."""
    if not is_nav:
        yield from _every(root, "navpoint")
        return
    lists = [e for e in _every(root, "nav") if not types_of(e) & _OTHER_LISTS]
    for found in lists or ([root] if root is not None else []):
        yield from _every(found, "a")


def _document(archive: Archive, package: _Package, item: str, titles: dict[str, dict[str, str]], book: BookText) -> list[Para]:
    path, kind, properties = package.items.get(item, ("", "", ""))
    if not path:
        book.problems.append(ReadError("missing-resource", f"the spine names {item!r}, which the manifest does not list", item[:80]))
        return []
    named = titles.get(path, {})
    title = named.get("", "") or (next(iter(named.values())) if len(named) == 1 else "")
    if "nav" in properties.split() or (kind and kind not in _CONTENT_TYPES) or _by_name(path, title):
        return []
    try:
        data = archive.read(path)
    except ReadError as error:
        if error.reason != "damaged":
            raise
        book.problems.append(error)
        return []
    if data is None:
        book.problems.append(ReadError("missing-resource", f"the manifest names {path!r}, which the archive does not hold", path[:80]))
        return []
    found = _settled(_parsed(data, {place: text for place, text in named.items() if place}))
    return [Para(title, 1), *found] if title and found and not any(p.level for p in found) else found


def _parsed(data: bytes, anchors: dict[str, str]) -> list[Para]:
    """Return the paragraphs of a document, read as HTML where it is too broken to be XML."""
    root = parse_xml(data)
    found = paragraphs(root, anchors) if root is not None else []
    if not any(p.level != ANCHOR for p in found):
        root = parse_html(decode(data))
        found = paragraphs(root, anchors) if root is not None else []
    return found


def _settled(found: list[Para]) -> list[Para]:
    """Return the paragraphs with each title of the table of contents as a heading, unless the document has a heading there itself."""
    settled: list[Para] = []
    due = ""
    for index, para in enumerate(found):
        if para.level != ANCHOR:
            if not due or plain_title(para.text) != plain_title(due):
                settled.append(para)
            due = ""
        elif not any(p.level > 0 for p in found[index + 1 : index + 1 + _NEAR]):
            settled.append(Para(para.text, 1))
            due = para.text
    return settled


def _by_name(path: str, title: str) -> bool:
    """Return whether the file's name or its navigation title says that the document is front or back matter."""
    return is_apparatus(PurePosixPath(path).stem) or is_apparatus(title)
