"""EPUB 2 and 3: container, package, spine and navigation to paragraphs.

Lives here: what the package says. Must not live here: unpacking limits (archive), chapters (structure).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from empathy_assets.engines.reading.archive import Archive, resolve
from empathy_assets.engines.reading.markup import Element, local, paragraphs, parse_html, parse_xml
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.structure import Para, is_apparatus
from empathy_assets.engines.reading.text import decode, one_line

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_CONTENT_TYPES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document", "application/xml", "text/xml")
_CONTENT_SUFFIXES = (".xhtml", ".html", ".htm", ".xml", ".opf", ".ncx")
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
        _refuse_drm(archive, package)
        book = BookText()
        _metadata(package, book)
        titles = _navigation(archive, package)
        for item in package.spine:
            book.paras.extend(_document(archive, package, item, titles, book))
        for target, _, _ in package.items.values():
            if (
                target not in archive
                and not target.startswith(("http:", "https:"))
                and not any(p.position == target[:80] for p in book.problems)
            ):
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
    return package


def _every(root: Element | None, name: str) -> Iterator[Element]:
    if root is not None:
        yield from (e for e in root.iter() if local(e) == name)


def _refuse_drm(archive: Archive, package: _Package) -> None:
    """Raise where encryption covers what is to be read; obfuscated fonts are no protection of the text."""
    data = archive.read(_ENCRYPTION)
    if data is None:
        return
    content = {path for path, kind, _ in package.items.values() if kind in _CONTENT_TYPES} | {package.path}
    for entry in _every(parse_xml(data), "encrypteddata"):
        method = next((e.get("Algorithm") or "" for e in _every(entry, "encryptionmethod")), "")
        if method in _FONT_OBFUSCATION:
            continue
        for reference in _every(entry, "cipherreference"):
            target = resolve("", reference.get("URI") or "")
            if target in content or target.lower().endswith(_CONTENT_SUFFIXES):
                raise ReadError("drm", f"{_ENCRYPTION} says that {target!r} is encrypted with {method or 'an unnamed method'!r}")


def _metadata(package: _Package, book: BookText) -> None:
    def texts(name: str) -> list[str]:
        return [t for e in _every(package.root, name) if (t := one_line("".join(str(x) for x in e.itertext())))]

    book.title = next(iter(texts("title")), "")
    book.authors = texts("creator")
    years = [int(y) for text in texts("date") for y in _YEAR.findall(text)]
    book.year = min(years) if years else None


def _navigation(archive: Archive, package: _Package) -> dict[str, str]:
    """Return the title of each document that the NCX or the navigation document names."""
    titles: dict[str, str] = {}
    for path, kind, properties in package.items.values():
        is_nav = "nav" in properties.split()
        if not is_nav and kind != "application/x-dtbncx+xml":
            continue
        data = archive.read(path)
        root = parse_xml(data) if data else None
        for entry in _every(root, "a" if is_nav else "navpoint"):
            href = entry.get("href") if is_nav else next((e.get("src") for e in _every(entry, "content")), "")
            label = entry if is_nav else next(_every(entry, "text"), None)
            text = one_line("".join(str(t) for t in label.itertext())) if label is not None else ""
            if href and text:
                titles.setdefault(resolve(path, str(href)), text)
    return titles


def _document(archive: Archive, package: _Package, item: str, titles: dict[str, str], book: BookText) -> list[Para]:
    path, kind, properties = package.items.get(item, ("", "", ""))
    if not path:
        book.problems.append(ReadError("missing-resource", f"the spine names {item!r}, which the manifest does not list", item[:80]))
        return []
    if "nav" in properties.split() or (kind and kind not in _CONTENT_TYPES) or _by_name(path, titles.get(path, "")):
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
    root = parse_xml(data)
    found = paragraphs(root) if root is not None else []
    if not found:
        root = parse_html(decode(data))
        found = paragraphs(root) if root is not None else []
    title = titles.get(path, "")
    return [Para(title, 1), *found] if title and found and not any(p.level for p in found) else found


def _by_name(path: str, title: str) -> bool:
    """Return whether the file's name or its navigation title says that the document is front or back matter."""
    return is_apparatus(PurePosixPath(path).stem) or is_apparatus(title)
