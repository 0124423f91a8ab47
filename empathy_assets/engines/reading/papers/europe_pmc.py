"""Parser of Europe PMC search replies: JSON (core or lite) and XML.

Lives here: bytes to works. Must not live here: full text (`jats.py`), HTTP or paging.
"""

from typing import Any

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.fragments import fragment_sections, one_line
from empathy_assets.engines.reading.papers.limits import max_records
from empathy_assets.engines.reading.papers.markup import (
    Element,
    HostileMarkupError,
    bare,
    decoded,
    first,
    flat,
    parsed,
    spans,
    tag,
    within,
)
from empathy_assets.engines.reading.papers.reply import at, each, listed, loaded, records_of, service_error
from empathy_assets.engines.reading.papers.work import Parsed, Work, refused
from empathy_assets.records.reject import Reject

_TYPES = {
    "published erratum": "erratum",
    "correction": "erratum",
    "retracted publication": "retracted",
    "retraction of publication": "retraction-notice",
    "retraction": "retraction-notice",
    "expression of concern": "concern-notice",
}
_RELATIONS = {
    "erratum for": "erratum",
    "erratum in": "corrected",
    "corrected and republished in": "corrected",
    "retraction in": "retracted",
    "retracted and republished in": "retracted",
    "partial retraction in": "retracted",
    "partial retraction of": "retraction-notice",
    "expression of concern for": "concern-notice",
    "retraction of": "retraction-notice",
    "expression of concern in": "concern",
}
_SIMPLE = (
    "id",
    "source",
    "pmid",
    "pmcid",
    "doi",
    "title",
    "authorString",
    "journalTitle",
    "pubYear",
    "pubType",
    "license",
    "abstractText",
    "language",
)


def parse(data: bytes) -> Parsed:
    """Return the works of a reply in either form; the abstracts of `core` are HTML with headings, `lite` has none."""
    if decoded(data[:4096]).lstrip("\ufeff \r\n\t").startswith("<"):
        return _parse_xml(data)
    value, rejects = loaded(data, ("result",))
    if value is None:
        return [], rejects
    if errors := service_error(value):
        return [], rejects + errors
    works, more = each(listed(value, "result") or records_of(value, "resultList", "result"), work)
    return works, rejects + more


def _parse_xml(data: bytes) -> Parsed:
    try:
        text = bare(decoded(data))
    except HostileMarkupError as error:
        return [], [refused("entity-declarations", detail=str(error), remedy="Fetch the page again from Europe PMC.")]
    root, rejects = parsed(text), list[Reject]()
    if root is not None and tag(root) not in ("responseWrapper", "resultList", "result"):
        detail = f"found <{tag(root)}>, expected a Europe PMC reply"
        return [], [refused("html", detail=detail, remedy="Fetch the page again; a proxy's error page looks like this.")]
    nodes = within(root, "result")
    if root is None:
        for index, (piece, whole) in enumerate(spans(text.encode("utf-8", "replace"), ("result",)), start=1):
            node = parsed(decoded(piece)) if whole else None
            if node is None:
                remedy = "Fetch the page again."
                rejects.append(refused("truncated", position=f"record {index}", detail="the record is cut or damaged", remedy=remedy))
            else:
                nodes.append(node)
            if index > max_records():
                break
        if not nodes and not rejects:
            rejects.append(refused("not-well-formed", detail="found no well-formed Europe PMC reply", remedy="Fetch the page again."))
    works, more = each([_record(node) for node in nodes if first(node, "title") is not None or first(node, "id") is not None], work)
    return works, rejects + more


def _record(node: Element) -> dict[str, Any]:
    """Return an XML result in the shape of the JSON one; nested markup in the abstract survives as text."""
    record: dict[str, Any] = {tag(child): flat(child) for child in node if tag(child) in _SIMPLE}
    record["pubTypeList"] = {"pubType": [flat(e) for e in within(first(node, "pubTypeList"), "pubType")]}
    record["authorList"] = {
        "author": [{tag(part): flat(part) for part in author if tag(part)} for author in within(first(node, "authorList"), "author")]
    }
    record["journalInfo"] = {"journal": {"title": flat(first(node, "journalInfo", "journal", "title"))}}
    corrections = within(first(node, "commentCorrectionList"), "commentCorrection")
    record["commentCorrectionList"] = {"commentCorrection": [{"type": flat(first(e, "type"))} for e in corrections]}
    return record


def work(record: dict[str, Any], position: str) -> Work | None:
    """Return one Europe PMC result as a work, or None if it has neither title nor identifier."""
    title, identity = one_line(fields.squeezed(record.get("title"))), fields.squeezed(record.get("id"))
    if not title and not identity:
        return None
    source, abstract = fields.squeezed(record.get("source")), record.get("abstractText")
    return Work(
        title=title.removeprefix("[").removesuffix("].") if title.startswith("[") and title.endswith("].") else title,
        authors=tuple(_authors(record)),
        year=fields.year(record.get("pubYear")),
        abstract=tuple(fragment_sections(abstract)) if isinstance(abstract, str) else (),
        doi=fields.doi(record.get("doi")),
        pmid=fields.pmid(record.get("pmid")),
        pmcid=fields.pmcid(record.get("pmcid")),
        journal=fields.squeezed(at(record, "journalInfo", "journal", "title")) or fields.squeezed(record.get("journalTitle")),
        licence=fields.licence(record.get("license")),
        # `language` is the article's; MEDLINE abstracts are English throughout, preprints and agricultural records are not.
        language="en" if source == "MED" else fields.language(record.get("language")),
        origin=f"https://europepmc.org/article/{source}/{identity}" if source and identity else "",
        record_id=identity,
        position=position,
        flags=tuple(sorted(_flags(record))),
    )


def _authors(record: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for author in listed(record, "authorList", "author"):
        given = fields.squeezed(at(author, "firstName")) or fields.squeezed(at(author, "initials"))
        name = " ".join(filter(None, (given, fields.squeezed(at(author, "lastName")))))
        found.append(name or fields.squeezed(at(author, "collectiveName")) or fields.squeezed(at(author, "fullName")))
    return list(filter(None, found)) or list(filter(None, fields.squeezed(record.get("authorString")).rstrip(".").split(", ")))


def _flags(record: dict[str, Any]) -> set[str]:
    types = [fields.squeezed(t).lower() for t in listed(record, "pubTypeList", "pubType")]
    types += fields.squeezed(record.get("pubType")).lower().split("; ")
    relations = [fields.squeezed(at(c, "type")).lower() for c in listed(record, "commentCorrectionList", "commentCorrection")]
    found = {_TYPES[t] for t in types if t in _TYPES} | {_RELATIONS[r] for r in relations if r in _RELATIONS}
    return found | ({"preprint"} if "preprint" in types or record.get("source") == "PPR" else set())
