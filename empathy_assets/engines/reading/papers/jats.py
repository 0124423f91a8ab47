"""Parser of JATS full text, as PubMed Central and publishers give it out.

Lives here: bytes to works with abstract and body.
Must not live here: abstracts inside other services' replies (`markup.fragment_sections`).
"""

import re

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.limits import limited, max_records
from empathy_assets.engines.reading.papers.markup import (
    Element,
    HostileMarkupError,
    bare,
    children,
    decoded,
    first,
    flat,
    parsed,
    spans,
    tag,
    within,
)
from empathy_assets.engines.reading.papers.work import Parsed, Section, Work, refused
from empathy_assets.records.reject import Reject

_TYPES = {
    "correction": "erratum",
    "erratum": "erratum",
    "corrected-article": "corrected",
    "retraction": "retraction-notice",
    "retracted-article": "retracted",
    "expression-of-concern": "concern-notice",
}
_NOT_PROSE = frozenset(
    {
        "table-wrap",
        "fig",
        "fig-group",
        "disp-formula",
        "fn",
        "graphic",
        "media",
        "supplementary-material",
        "boxed-text",
        "label",
        "object-id",
    }
)
_NOT_READ = {"ref-list", "ack", "app-group", "fn-group", "glossary", "notes"}
_SECTION_TYPES_NOT_READ = {
    "supplementary-material",
    "data-availability",
    "COI-statement",
    "conflict",
    "financial-disclosure",
    "funding",
    "display-objects",
}
_OTHER_ABSTRACTS = {"graphical", "teaser", "short", "web-summary", "editor", "object", "toc", "video", "key-points", "highlights"}
_PLAIN_WORDS = {"plain-language-summary": "Plain language summary", "executive-summary": "Digest", "author-summary": "Author summary"}
_MARKS = frozenset({"xref", "fn"})
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_OPEN, _CLOSE = "\ue000", "\ue001"  # private characters that mark a citation until its surroundings are known
_REFERENCES = re.compile(rf" ?[\[(](?:see|e\.g\.|reviewed in|[\s,;])*(?:{_OPEN}[^{_CLOSE}]*{_CLOSE}(?:and|[\s,;])*)+[\])]")
_REFETCH = "Fetch the article again; a dropped connection leaves such a file."


def parse(data: bytes) -> Parsed:
    """Return one work for each `<article>`; an article whose end is missing becomes a reject, never half a text."""
    try:
        text = bare(decoded(data))
    except HostileMarkupError as error:
        return [], [refused("entity-declarations", detail=str(error), remedy="Fetch the article again from its publisher or PMC.")]
    root = parsed(text)
    if root is not None:
        found = [root] if tag(root) == "article" else within(root, "article")
        return _works([(node, False) for node in found])
    articles: list[tuple[Element, bool]] = []
    rejects: list[Reject] = []
    for number, (piece, whole) in enumerate(spans(text.encode("utf-8", "replace"), ("article",)), start=1):
        if number > max_records() + 1:
            break
        node = _parsed_anyhow(decoded(piece)) if whole else None
        if node is None:
            rejects.append(
                refused("truncated", position=f"article {number}", detail="the article has no end, expected </article>", remedy=_REFETCH)
            )
        else:
            articles.append((node, True))
    if not articles and not rejects:
        rejects.append(refused("not-well-formed", detail="found XML that cannot be parsed and holds no article", remedy=_REFETCH))
    works, unusable = _works(articles)
    return works, rejects + unusable


def _parsed_anyhow(piece: str) -> Element | None:
    node = parsed(piece)
    return parsed(piece, recover=True) if node is None else node


def _works(articles: list[tuple[Element, bool]]) -> Parsed:
    works: list[Work] = []
    kept, rejects = limited(articles)
    for number, (node, repaired) in enumerate(kept, start=1):
        work = _work(node, f"article {number}", repaired)
        if work.title or work.doi or work.pmid:
            works.append(work)
        else:
            detail = "found an article with neither title nor identifier"
            rejects.append(
                refused("no-citation", position=work.position, detail=detail, remedy="Land the file as its publisher gives it out.")
            )
    return works, rejects


def _work(article: Element, position: str, repaired: bool) -> Work:
    meta = first(article, "front", "article-meta")
    ids = {e.get("pub-id-type", ""): flat(e) for e in children(meta, "article-id")}
    kind = _TYPES.get(article.get("article-type", ""))
    doi, pmc = fields.doi(ids.get("doi", "")), fields.pmcid(ids.get("pmcid", ids.get("pmc", ""))).removeprefix("PMC")
    titles = first(meta, "title-group")
    subtitle = flat(first(titles, "subtitle"), skip=_MARKS)
    title = flat(first(titles, "article-title"), skip=_MARKS)
    title = translated if (translated := _english_title(titles)) and not _is_english(article) else title
    abstract, english = _abstract(article, meta)
    foreign = english and not _is_english(article)
    flags = {kind, "repaired" if repaired else None, "vernacular" if foreign else None, *fields.title_flags(title)}
    return Work(
        title=f"{title}: {subtitle}" if title and subtitle else title,
        authors=tuple(_authors(meta)),
        year=_year(meta),
        abstract=tuple(abstract),
        body=() if foreign else tuple(_sections(first(article, "body"), "")),
        doi=doi,
        pmid=fields.pmid(ids.get("pmid", "")),
        pmcid=f"PMC{pmc}" if pmc else "",
        journal=flat(next(iter(within(first(article, "front", "journal-meta"), "journal-title")), None)),
        licence=_licence(meta),
        language="en" if english else fields.language(article.get(_LANG, "")),
        origin=f"https://doi.org/{doi}" if doi else f"https://www.ncbi.nlm.nih.gov/pmc/articles/PMC{pmc}/" if pmc else "",
        record_id=f"PMC{pmc}" if pmc else doi,
        position=position,
        flags=tuple(sorted(filter(None, flags))),
    )


def _is_english(article: Element) -> bool:
    return fields.language(article.get(_LANG, "")) in ("", "en")


def _english_title(titles: Element | None) -> str:
    groups = [group for group in children(titles, "trans-title-group") if fields.language(group.get(_LANG, "")) == "en"]
    return flat(first(groups[0], "trans-title"), skip=_MARKS) if groups else ""


def _abstract(article: Element, meta: Element | None) -> tuple[list[Section], bool]:
    """Return the abstract and whether it is stated to be English; that of an article in another language is its English translation.

    Graphical abstracts and lists of highlights are left out, a summary in plain words follows the abstract under its own label.
    """
    own = article.get(_LANG, "")
    found = [a for a in children(meta, "abstract", "trans-abstract") if a.get("abstract-type", "") not in _OTHER_ABSTRACTS]
    spoken = [(fields.language(a.get(_LANG, "" if tag(a) == "trans-abstract" else own)), a) for a in found]
    originals = [(code, a) for code, a in spoken if tag(a) == "abstract"]
    english = [a for code, a in (originals if _is_english(article) else spoken) if code == "en"]
    chosen = english or [a for code, a in originals if code in ("", fields.language(own))]
    sections: list[Section] = []
    for node in chosen:
        kind = node.get("abstract-type", "")
        sections += _sections(node, _PLAIN_WORDS.get(kind, "")) or [Section(text=text) for text in (_prose(node),) if text]
    return list(dict.fromkeys(sections)), bool(english)


def _authors(meta: Element | None) -> list[str]:
    names: list[str] = []
    for contributor in (c for group in children(meta, "contrib-group") for c in children(group, "contrib")):
        if contributor.get("contrib-type", "author") != "author":
            continue
        name = first(contributor, "name") if first(contributor, "name") is not None else first(contributor, "name-alternatives", "name")
        person = " ".join(filter(None, (flat(first(name, part)) for part in ("given-names", "surname", "suffix"))))
        if person := person or flat(first(contributor, "collab"), skip=frozenset({"contrib-group", "contrib"})):
            names.append(person)
    return names


def _year(meta: Element | None) -> int | None:
    years = [fields.year(flat(first(date, "year"))) for date in children(meta, "pub-date")]
    return min(filter(None, years), default=None)


def _licence(meta: Element | None) -> str:
    """Return the first stated licence with an SPDX identifier: in an address or the words of the permissions."""
    for element in within(first(meta, "permissions"), "license", "ext-link", "license_ref"):
        for value in [*element.attrib.values(), flat(element)]:
            if found := fields.licence(value):
                return found
    return ""


def _sections(node: Element | None, label: str) -> list[Section]:
    """Return the paragraphs of a section and its subsections, labelled by the path of titles."""
    found: list[Section] = []
    for child in children(node):
        name = tag(child)
        if name == "sec" and child.get("sec-type", "") not in _SECTION_TYPES_NOT_READ:
            title = flat(first(child, "title"), skip=_MARKS).strip(" .:")
            found += _sections(child, " / ".join(filter(None, (label, title))))
        elif name in ("p", "list", "disp-quote", "def-list") and (text := _prose(child)):
            found.append(Section(label=label, text=text))
        elif name and name not in _NOT_READ | _NOT_PROSE | {"sec", "title", "p"}:
            found += _sections(child, label)
    return found


def _prose(paragraph: Element) -> str:
    """Return a paragraph without tables, figures and citation marks.

    Numbers go, and so does a bracket that holds nothing but references; a name in the run of the sentence (`as Lee (1997) found`) stays.
    """
    for mark in within(paragraph, "xref"):
        if mark.get("ref-type") in ("bibr", "fn", "table-fn"):
            text = flat(mark)
            for child in list(mark):
                mark.remove(child)
            mark.text = "" if text.strip("[]()†‡§*,;–- ").isdecimal() or not text.strip("†‡§* ") else f"{_OPEN}{text}{_CLOSE}"
    for raised in within(paragraph, "sup"):
        if not flat(raised).strip(" ,;–-[]()"):  # what stood between citation numbers
            raised.text = ""
            for part in raised:
                part.tail = ""
    return _tidied(flat(paragraph, skip=_NOT_PROSE))


def _tidied(text: str) -> str:
    """Return the text without brackets that hold only references, and without what removed citation marks leave behind."""
    text = _REFERENCES.sub("", text).replace(_OPEN, "").replace(_CLOSE, "")
    text = re.sub(r" ?[\[(][ ,;–-]{0,400}[\])]", "", text)
    return re.sub(r" ([.,;:])", r"\1", re.sub(r"(?: ?[,;–]){2,20}(?=[ .])", "", text))
