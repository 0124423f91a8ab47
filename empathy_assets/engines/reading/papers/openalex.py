"""Parser of OpenAlex replies: a list or one work, abstracts rebuilt from their inverted index.

Lives here: bytes to works. Must not live here: HTTP or paging.
"""

from typing import Any

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.fragments import fragment_sections, one_line
from empathy_assets.engines.reading.papers.reply import Json, at, each, listed, loaded, mapping, records_of, service_error
from empathy_assets.engines.reading.papers.work import Parsed, Work
from empathy_assets.policy.load import number

_TYPES = {"erratum": "erratum", "retraction": "retraction-notice"}


def parse(data: bytes) -> Parsed:
    """Return the works of a reply."""
    value, rejects = loaded(data, ("results",))
    if value is None:
        return [], rejects
    if errors := service_error(value):
        return [], rejects + errors
    works, more = each(records_of(value, "results"), work)
    return works, rejects + more


def from_index(index: Json) -> str:
    """Return the text of an inverted index {word: [positions]}; positions out of any abstract's range are ignored.

    Gaps are closed; two words that claim one position keep the order of the index.
    """
    limit = int(number("scholarly", "read.max_index_words"))
    placed = [
        (place, word)
        for word in mapping(index)
        for place in listed(index, word)
        if isinstance(place, int) and not isinstance(place, bool) and 0 <= place < limit
    ]
    placed.sort(key=lambda pair: pair[0])
    return fields.squeezed(" ".join(word for _, word in placed[:limit]))


def work(record: dict[str, Any], position: str) -> Work | None:
    """Return one OpenAlex work, or None if it has neither title nor DOI."""
    title, doi = (
        one_line(fields.squeezed(record.get("title")) or fields.squeezed(record.get("display_name"))),
        fields.doi(record.get("doi")),
    )
    if not title and not doi:
        return None
    abstract = from_index(record.get("abstract_inverted_index"))
    kind = _TYPES.get(str(record.get("type")))
    retracted = "retracted" if record.get("is_retracted") is True else None
    return Work(
        title=title,
        authors=tuple(filter(None, (fields.squeezed(at(a, "author", "display_name")) for a in listed(record, "authorships")))),
        year=fields.year(record.get("publication_year")),
        abstract=tuple(fragment_sections(abstract.removeprefix("Abstract "))),
        doi=doi,
        pmid=fields.pmid(at(record, "ids", "pmid")),
        pmcid=fields.pmcid(at(record, "ids", "pmcid")),
        journal=fields.squeezed(at(record, "primary_location", "source", "display_name")),
        licence=fields.licence(at(record, "best_oa_location", "license")) or fields.licence(at(record, "primary_location", "license")),
        language=fields.language(record.get("language")),
        origin=fields.squeezed(record.get("id")),
        record_id=fields.squeezed(record.get("id")).rpartition("/")[2],
        position=position,
        flags=tuple(sorted(filter(None, {kind, retracted, *fields.title_flags(title), fields.preprint(record.get("type"))}))),
    )
