"""Parser of Semantic Scholar (Academic Graph) replies: a search page, a batch list, or one paper.

Lives here: bytes to works. Must not live here: HTTP or paging.
"""

from typing import Any

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.fragments import fragment_sections, one_line
from empathy_assets.engines.reading.papers.reply import Json, at, each, listed, loaded, mapping, records_of, service_error
from empathy_assets.engines.reading.papers.work import Parsed, Work


def parse(data: bytes) -> Parsed:
    """Return the works of a reply; null lists and missing abstracts are normal there, an `error` body becomes a reject."""
    value, rejects = loaded(data, ("data",))
    if value is None:
        return [], rejects
    if errors := service_error(value):
        return [], rejects + errors
    works, more = each(_records(value), work)
    return works, rejects + more


def _records(value: Json) -> list[Json]:
    """Return the papers of a reply; a search without hits has `total` but no `data`."""
    return [] if "total" in mapping(value) and "data" not in mapping(value) else records_of(value, "data")


def work(record: dict[str, Any], position: str) -> Work | None:
    """Return one paper as a work, or None if it has neither title nor identifier."""
    title, number = one_line(fields.squeezed(record.get("title"))), fields.pmid(at(record, "externalIds", "PubMed"))
    doi = fields.doi(at(record, "externalIds", "DOI"))
    if not title and not doi and not number:
        return None
    abstract = fields.squeezed(record.get("abstract"))
    identity = fields.squeezed(record.get("paperId"))
    return Work(
        title=title,
        authors=tuple(filter(None, (fields.squeezed(at(a, "name")) for a in listed(record, "authors")))),
        year=fields.year(record.get("year")) or fields.year(record.get("publicationDate")),
        abstract=tuple(fragment_sections(abstract)),
        doi=doi,
        pmid=number,
        pmcid=fields.pmcid(at(record, "externalIds", "PubMedCentral")),
        journal=fields.squeezed(at(record, "journal", "name")) or fields.squeezed(record.get("venue")),
        licence=fields.licence(at(record, "openAccessPdf", "license")),
        origin=fields.squeezed(record.get("url")) or f"https://www.semanticscholar.org/paper/{identity}",
        record_id=identity,
        position=position,
        flags=tuple(sorted(fields.title_flags(title))),
    )
