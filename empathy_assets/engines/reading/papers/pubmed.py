"""Parser of PubMed efetch XML: articles and books, whole or damaged.

Lives here: bytes to works. Must not live here: esearch (`pubmed_search.py`), the MEDLINE text form (`nbib.py`), HTTP.
"""

import html
import re
from collections.abc import Iterator

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.fragments import fragment_sections
from empathy_assets.engines.reading.papers.limits import max_records, too_many
from empathy_assets.engines.reading.papers.markup import (
    ENTITIES,
    Buffer,
    Element,
    HostileMarkupError,
    bare,
    children,
    declaration,
    decoded,
    first,
    flat,
    parsed,
    spans,
    tag,
    within,
)
from empathy_assets.engines.reading.papers.work import Parsed, Section, Work, refused
from empathy_assets.policy.load import number as number_of
from empathy_assets.records.reject import Reject

RECORDS = ("PubmedArticle", "PubmedBookArticle")
_SETS = ("PubmedArticleSet", "PubmedBookArticleSet")
_RECORD = rb"<(?:PubmedArticle|PubmedBookArticle)[\s>/]"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_HEAD = 65536  # bytes at the start or end of a file that are searched for what stands outside records
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
    "RetractedandRepublishedIn": "retracted",
    "PartialRetractionIn": "retracted",
    "PartialRetractionOf": "retraction-notice",
    "RetractionOf": "retraction-notice",
    "ExpressionOfConcernIn": "concern",
    "ExpressionOfConcernFor": "concern-notice",
}
_UNLABELLED = {"UNLABELLED", "UNASSIGNED"}
_REFETCH = "Fetch the record again; a dropped connection leaves such a reply."


def parse(data: bytes) -> Parsed:
    """Return the works of an efetch reply and what had to be left out of it; see `stream`."""
    works: list[Work] = []
    rejects: list[Reject] = []
    for found in stream(data):
        works.append(found) if isinstance(found, Work) else rejects.append(found)
    return works, rejects


def stream(data: Buffer) -> Iterator[Work | Reject]:
    """Yield the works of an efetch reply or a baseline file record by record, and a reject for whatever had to be left out.

    Each record is cut out and parsed by itself: neither damage nor size of the whole matters, several documents in one file are read
    like one, and every whole record before a cut is kept. An empty set is no error; `<ERROR>` in a 200 reply and entity declarations are
    rejects. Text in UTF-16 is converted at once, so it should be small.
    """
    if data[:2] in _UTF_16:
        data = decoded(data[:]).encode("utf-8", "replace")
    begin = next((m.start() for m in re.finditer(_RECORD, data)), len(data))
    prolog = data[: min(begin, _HEAD)]
    if b"<!ENTITY" in prolog.upper():
        yield refused("entity-declarations", detail=ENTITIES, remedy="Export the records again from PubMed; its files declare no entities.")
        return
    number, most, encoding = 0, max_records(), declaration(prolog)
    for number, (piece, whole) in enumerate(spans(data, RECORDS), start=1):
        if number > most:
            yield too_many(number)
            return
        yield _record(encoding + piece, number, whole)
    yield from _without_records(bytes(prolog)) if not number else ()
    yield from _deleted(data[-_HEAD:])


def _record(piece: bytes, number: int, whole: bool) -> Work | Reject:
    if len(piece) > int(number_of("scholarly", "read.max_record_bytes")):
        detail = f"found a record of {len(piece)} bytes"
        return refused("too-large", position=f"record {number}", detail=detail, remedy=_REFETCH)
    if not whole:
        known = re.search(rb"<PMID[^<>]*>\s*(\d{1,9})\s*</PMID>", piece)
        name = f" (PMID {known.group(1).decode()})" if known else ""
        detail = f"the record{name} starts but never ends, expected its closing tag"
        return refused("truncated", position=f"record {number}{name}", detail=detail, remedy=_REFETCH)
    try:
        text = bare(decoded(piece))
    except HostileMarkupError as error:
        return refused("entity-declarations", position=f"record {number}", detail=str(error), remedy=_REFETCH)
    node = parsed(text)
    repaired = node is None
    node = parsed(text, recover=True) if repaired else node
    work = _work(node, f"record {number}", repaired=repaired) if node is not None else None
    return work or _unusable(number)


def _without_records(prolog: bytes) -> Iterator[Reject]:
    """Yield why a reply holds no record; an empty set, which deleted identifiers give, yields nothing."""
    text = decoded(prolog)
    if errors := [" ".join(e.split()) for e in re.findall(r"<ERROR>([^<]{1,300})", text) if e.strip()]:
        yield refused("service-error", detail=f"PubMed answered: {'; '.join(errors)[:300]}", remedy="Correct the request and fetch again.")
        return
    root = parsed(bare(text))
    if root is None:
        yield refused("not-well-formed", detail="found XML that cannot be parsed and holds no PubMed record", remedy=_REFETCH)
    elif tag(root) not in _SETS:
        detail = f"found <{tag(root)}>, expected a set of PubMed records"
        yield refused("html" if tag(root).lower() in ("html", "title") else "unknown-format", detail=detail, remedy=_REFETCH)


def _deleted(ending: bytes) -> Iterator[Reject]:
    """Yield a reject that names the records an update file withdraws; they carry no text, but who landed them before must know."""
    if found := re.search(rb"<DeleteCitation>(.*)", ending, re.DOTALL):
        numbers = re.findall(r"<PMID[^<>]*>\s*(\d{1,9})", decoded(found.group(1)))
        detail = f"PubMed withdrew {len(numbers)} records: PMID {', '.join(numbers[:20])}{' ...' if len(numbers) > 20 else ''}"
        yield refused("deleted-records", detail=detail, remedy="Remove these records from the files landed before, if they are there.")


def _unusable(number: int) -> Reject:
    return refused(
        "no-citation",
        position=f"record {number}",
        detail="found a record with neither PMID nor title, expected at least one",
        remedy=_REFETCH,
    )


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
        year=_year(first(citation, "ContributionDate"))
        or _year(first(source, "PubDate") if book else first(article, "Journal", "JournalIssue", "PubDate"))
        or _year(first(article, "ArticleDate")),
        abstract=tuple(_abstract(citation, article)),
        doi=fields.doi(ids["doi"]),
        pmid=ids["pubmed"],
        pmcid=fields.pmcid(ids["pmc"]),
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
    found = {"pubmed": fields.pmid(numbers[0]) if numbers else "", "doi": "", "pmc": ""}
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


def _abstract(citation: Element | None, article: Element | None) -> list[Section]:
    """Return the abstract; older records of indexes that PubMed took over have theirs in an English <OtherAbstract>."""
    others = [e for e in children(citation, "OtherAbstract") if fields.language(e.get("Language", "")) == "en"]
    for holder in (first(article, "Abstract"), *others):
        if found := _parts(holder):
            return found
    return []


def _parts(abstract: Element | None) -> list[Section]:
    found: list[Section] = []
    for element in children(abstract, "AbstractText"):
        label = " ".join((element.get("Label") or "").split())
        label = "" if label.upper() in _UNLABELLED else label
        # Some publishers send escaped HTML, which stays visible text in PubMed.
        found += [Section(label=label or part.label, text=part.text) for part in fragment_sections(html.escape(flat(element), quote=False))]
    return found


def _flags(node: Element) -> list[str]:
    found = [_TYPES[flat(e)] for e in within(node, "PublicationType") if flat(e) in _TYPES]
    found += [_RELATIONS[e.get("RefType", "")] for e in within(node, "CommentsCorrections") if e.get("RefType", "") in _RELATIONS]
    return found
