"""Parser of PubMed efetch XML: articles and books, whole or damaged.

Lives here: bytes to works. Must not live here: esearch (`pubmed_search.py`), the MEDLINE text form (`nbib.py`), HTTP.
"""

import re

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.limits import limited
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

RECORDS = ("PubmedArticle", "PubmedBookArticle")
_SETS = ("PubmedArticleSet", "PubmedBookArticleSet")
_TYPES = {
    "Published Erratum": "erratum",
    "Retracted Publication": "retracted",
    "Retraction of Publication": "retraction-notice",
    "Retraction Notice": "retraction-notice",
    "Expression of Concern": "concern-notice",
}
_RELATIONS = {
    "ErratumFor": "erratum",
    "ErratumIn": "corrected",
    "CorrectedandRepublishedIn": "corrected",
    "RetractionIn": "retracted",
    "RetractionOf": "retraction-notice",
    "ExpressionOfConcernIn": "concern",
    "ExpressionOfConcernFor": "concern-notice",
}
_UNLABELLED = {"UNLABELLED", "UNASSIGNED"}
_REFETCH = "Fetch the record again; a dropped connection leaves such a reply."


def parse(data: bytes) -> Parsed:
    """Return the works of an efetch reply and what had to be left out of it.

    An empty set is no error. `<ERROR>` in a 200 reply, entity declarations and records whose end is missing become rejects; in a reply that
    is not well-formed every whole record is kept.
    """
    try:
        text = bare(decoded(data))
    except HostileMarkupError as error:
        return [], [
            refused("entity-declarations", detail=str(error), remedy="Export the records again from PubMed; its files declare no entities.")
        ]
    root = parsed(text)
    if root is None:
        return _salvaged(text)
    if errors := [flat(e) for e in within(root, "ERROR") if flat(e)]:
        return [], [
            refused("service-error", detail=f"PubMed answered: {'; '.join(errors)[:300]}", remedy="Correct the request and fetch again.")
        ]
    if tag(root) not in (*RECORDS, *_SETS):
        detail = f"found <{tag(root)}>, expected a set of PubMed records"
        return [], [refused("html" if tag(root).lower() in ("html", "title") else "unknown-format", detail=detail, remedy=_REFETCH)]
    works: list[Work] = []
    nodes, rejects = limited(within(root, *RECORDS))
    for number, node in enumerate(nodes, start=1):
        work = _work(node, f"record {number}")
        works.append(work) if work else rejects.append(_unusable(number))
    return works, rejects


def _unusable(number: int) -> Reject:
    return refused(
        "no-citation",
        position=f"record {number}",
        detail="found a record with neither PMID nor title, expected at least one",
        remedy=_REFETCH,
    )


def _salvaged(text: str) -> Parsed:
    works: list[Work] = []
    rejects: list[Reject] = []
    number = 0
    for number, (piece, whole) in enumerate(spans(text, RECORDS), start=1):
        if not whole:
            known = re.search(r"<PMID[^>]*>(\d+)</PMID>", piece)
            name = f" (PMID {known.group(1)})" if known else ""
            detail = f"the record{name} starts but never ends, expected its closing tag"
            rejects.append(refused("truncated", position=f"record {number}{name}", detail=detail, remedy=_REFETCH))
            continue
        node = parsed(piece)
        repaired = node is None
        node = parsed(piece, recover=True) if repaired else node
        work = _work(node, f"record {number}", repaired=repaired) if node is not None else None
        works.append(work) if work else rejects.append(_unusable(number))
    if not number:
        rejects.append(refused("not-well-formed", detail="found XML that cannot be parsed and holds no PubMed record", remedy=_REFETCH))
    return works, rejects


def _work(node: Element, position: str, *, repaired: bool = False) -> Work | None:
    citation = first(node, "MedlineCitation") if tag(node) == "PubmedArticle" else first(node, "BookDocument")
    book = tag(node) == "PubmedBookArticle"
    article = citation if book else first(citation, "Article")
    ids = _ids(node, citation, article)
    title, vernacular = _titles(citation, article, book)
    if not ids["pubmed"] and not title:
        return None
    flags = {*_flags(node), "book" if book else "", "vernacular" if vernacular else "", "repaired" if repaired else ""} - {""}
    source = first(citation, "Book") if book else article
    return Work(
        title=title,
        vernacular_title=vernacular,
        authors=tuple(_authors(article) or _authors(source)),
        year=_year(first(source, "PubDate") if book else first(article, "Journal", "JournalIssue", "PubDate"))
        or _year(first(article, "ArticleDate")),
        abstract=tuple(_abstract(article)),
        doi=fields.doi(ids["doi"]),
        pmid=ids["pubmed"],
        journal=flat(first(source, "Publisher", "PublisherName")) if book else flat(first(article, "Journal", "Title")),
        # PubMed's <Abstract> is English whatever the article's language; other languages stand in <OtherAbstract>, which is not read.
        language="en",
        origin=f"https://pubmed.ncbi.nlm.nih.gov/{ids['pubmed']}/" if ids["pubmed"] else "",
        record_id=ids["pubmed"],
        position=position,
        flags=tuple(sorted(flags)),
    )


def _ids(node: Element, citation: Element | None, article: Element | None) -> dict[str, str]:
    """Return PMID and DOI; of several PMID elements the first counts, as in PubMed itself; reference lists are not looked at."""
    numbers = [flat(e) for e in children(citation, "PMID")]
    found = {"pubmed": fields.pmid(numbers[0]) if numbers else "", "doi": ""}
    holders = [first(node, "PubmedData", "ArticleIdList"), first(node, "PubmedBookData", "ArticleIdList"), first(citation, "ArticleIdList")]
    for holder in holders:
        for element in children(holder, "ArticleId"):
            kind = element.get("IdType", "")
            if kind in found and not found[kind]:
                found[kind] = fields.pmid(flat(element)) if kind == "pubmed" else flat(element)
    for element in children(article, "ELocationID"):
        if element.get("EIdType") == "doi" and element.get("ValidYN", "Y") == "Y":
            found["doi"] = found["doi"] or flat(element)
    return found


def _titles(citation: Element | None, article: Element | None, book: bool) -> tuple[str, str]:
    title = flat(first(article, "ArticleTitle"))
    if book:
        title = title or flat(first(citation, "Book", "BookTitle"))
    vernacular = flat(first(article, "VernacularTitle"))
    translated = re.fullmatch(r"\[(.+?)\.?\]\.?", title)
    return (translated.group(1) if translated else title), vernacular


def _authors(holder: Element | None) -> list[str]:
    names: list[str] = []
    for group in children(holder, "AuthorList"):
        if group.get("Type", "authors") != "authors":
            continue
        for author in children(group, "Author"):
            if author.get("ValidYN", "Y") != "Y":
                continue
            person = [
                flat(first(author, "ForeName")) or flat(first(author, "Initials")),
                flat(first(author, "LastName")),
                flat(first(author, "Suffix")),
            ]
            name = " ".join(filter(None, person)) or flat(first(author, "CollectiveName"))
            if name:
                names.append(name)
    return names


def _year(date: Element | None) -> int | None:
    return fields.year(flat(first(date, "Year"))) or fields.year(flat(first(date, "MedlineDate")))


def _abstract(article: Element | None) -> list[Section]:
    found: list[Section] = []
    for element in children(first(article, "Abstract"), "AbstractText"):
        label = " ".join((element.get("Label") or "").split())
        text = flat(element)
        if text:
            found.append(Section(label="" if label.upper() in _UNLABELLED else label, text=text))
    return found


def _flags(node: Element) -> list[str]:
    found = [_TYPES[flat(e)] for e in within(node, "PublicationType") if flat(e) in _TYPES]
    found += [_RELATIONS[e.get("RefType", "")] for e in within(node, "CommentsCorrections") if e.get("RefType", "") in _RELATIONS]
    return found
