"""Parser of Crossref replies: a work list or one work, abstracts in JATS.

Lives here: bytes to works. Must not live here: HTTP or paging.
"""

from typing import Any, cast

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.fragments import fragment_sections, one_line
from empathy_assets.engines.reading.papers.reply import Json, at, each, listed, loaded, mapping, records_of, service_error
from empathy_assets.engines.reading.papers.work import Parsed, Work

_UPDATES = {
    "correction": "corrected",
    "erratum": "corrected",
    "corrigendum": "corrected",
    "retraction": "retracted",
    "expression_of_concern": "concern",
}
_NOTICES = {
    "correction": "erratum",
    "erratum": "erratum",
    "corrigendum": "erratum",
    "retraction": "retraction-notice",
    "withdrawal": "retraction-notice",
    "expression_of_concern": "concern-notice",
}


def parse(data: bytes) -> Parsed:
    """Return the works of a reply; titles and dates may be missing or null in Crossref, plain-text errors become a reject."""
    value, rejects = loaded(data, ("items",))
    if value is None:
        return [], rejects
    if errors := service_error(value):
        return [], rejects + errors
    replies = cast("list[Json]", value) if isinstance(value, list) else [value]
    works, more = each(records_of([mapping(reply).get("message", reply) for reply in replies], "items"), work)
    return works, rejects + more


def work(record: dict[str, Any], position: str) -> Work | None:
    """Return one Crossref item as a work, or None if it has neither title nor DOI."""
    doi = fields.doi(record.get("DOI"))
    title = ": ".join(filter(None, (_first(record, key) for key in ("title", "subtitle"))))
    if not title and not doi:
        return None
    flags = {_UPDATES.get(str(at(u, "type"))) for u in listed(record, "updated-by")} | {
        _NOTICES.get(str(at(u, "type"))) for u in listed(record, "update-to")
    }
    return Work(
        title=one_line(title),
        authors=tuple(filter(None, map(_author, listed(record, "author")))),
        year=_year(record),
        abstract=tuple(fragment_sections(record["abstract"])) if isinstance(record.get("abstract"), str) else (),
        doi=doi,
        journal=_first(record, "container-title") or fields.squeezed(record.get("publisher")),
        licence=_licence(record),
        language=fields.language(record.get("language")),
        origin=fields.squeezed(record.get("URL")) or f"https://doi.org/{doi}",
        record_id=doi,
        position=position,
        flags=tuple(sorted(filter(None, {*flags, *fields.title_flags(title), fields.preprint(record.get("type"), record.get("subtype"))}))),
    )


def _first(record: dict[str, Any], key: str) -> str:
    """Return the first text of a field, which is a list in Crossref's replies and a string in citation managers' CSL JSON."""
    value = record.get(key)
    return fields.squeezed(value) or fields.squeezed(next(iter(listed(record, key)), None))


def _licence(record: dict[str, Any]) -> str:
    """Return the licence of the published version; one that starts after an embargo or covers only the author's manuscript is not it."""
    for entry in listed(record, "license"):
        if at(entry, "content-version") != "am" and not at(entry, "delay-in-days") and (found := fields.licence(at(entry, "URL"))):
            return found
    return ""


def _author(author: Json) -> str:
    return " ".join(filter(None, (fields.squeezed(at(author, key)) for key in ("given", "family", "suffix")))) or fields.squeezed(
        at(author, "name") or at(author, "literal")
    )


def _year(record: dict[str, Any]) -> int | None:
    for key in ("issued", "published", "published-print", "published-online", "created"):
        for part in listed(record, key, "date-parts")[:1]:
            if isinstance(part, list) and part and (found := fields.year(part[0])):
                return found
    return None
