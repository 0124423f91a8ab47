"""Parser of RIS, the form reference managers and publishers' sites export citations with abstracts in.

Lives here: bytes to works. Must not live here: PubMed's own tagged text (`nbib`).
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.fragments import one_line
from empathy_assets.engines.reading.papers.limits import limited, max_records
from empathy_assets.engines.reading.papers.markup import decoded
from empathy_assets.engines.reading.papers.nbib import REEXPORT, sections, turned
from empathy_assets.engines.reading.papers.tagged import fields_of
from empathy_assets.engines.reading.papers.work import Parsed, Work, refused

_FIELD = re.compile(r"([A-Z][A-Z0-9]) {0,2}-(?: (.*)|$)")
_BOOKS = {"BOOK", "CHAP", "EBOOK", "ECHAP", "EDBOOK"}
_Record = defaultdict[str, list[str]]


def parse(data: bytes) -> Parsed:
    """Return the works of a RIS file; wrapped lines are joined, a record without title and identifier becomes a reject.

    A record runs from `TY` to `ER`; a missing `ER` is closed by the next `TY`. What stands between records is the exporting service's
    numbering and is passed over.
    """
    works: list[Work] = []
    records, rejects = limited(list(_records(decoded(data))))
    for index, (line, record) in enumerate(records, start=1):
        position = f"record {index}, line {line}"
        if not record["ER"]:
            rejects.append(refused("truncated", position=position, detail="the record never ends, expected ER", remedy=REEXPORT))
        elif work := _work(record, position):
            works.append(work)
        else:
            detail = f"found fields {sorted(k for k in record if record[k])[:8]}, expected TI, T1 or DO"
            remedy = "Export the record again with title and abstract."
            rejects.append(refused("no-citation", position=position, detail=detail, remedy=remedy))
    return works, rejects


def _records(text: str) -> Iterator[tuple[int, _Record]]:
    record: _Record | None = None
    start = count = 0
    for field in fields_of(text.lstrip("\ufeff"), _FIELD, lambda _line: True):
        if field.tag in ("TY", "ER") and record is not None:
            record["ER"].append("")
            yield start, record
            record, count = None, count + 1
        if field.tag == "TY":
            if count > max_records():
                return
            record, start = _Record(list), field.line
        if record is not None:
            record[field.tag].append(field.value)
    if record is not None:
        yield start, record


def _work(record: _Record, position: str) -> Work | None:
    title = next(filter(None, (" ".join(record[key][:1]) for key in ("TI", "T1", "CT", "BT"))), "")
    doi = next(filter(None, (fields.doi(value) for key in ("DO", "M3", "UR", "L3", "N1") for value in record[key])), "")
    number = _pmid(record)
    if not title and not doi and not number:
        return None
    kind = "".join(record["TY"][:1])
    abstract = " ".join(filter(None, record["AB"] or record["N2"]))
    flags = {*fields.title_flags(title), "book" if kind in _BOOKS else "", "preprint" if kind == "UNPB" else ""}
    return Work(
        title=one_line(title),
        authors=tuple(filter(None, map(turned, record["AU"] or record["A1"]))),
        year=next(filter(None, map(fields.year, record["PY"] + record["Y1"] + record["DA"])), None),
        abstract=tuple(sections(abstract)),
        doi=doi,
        pmid=number,
        journal=next(filter(None, (" ".join(record[key][:1]) for key in ("JO", "JF", "T2", "JA", "PB"))), ""),
        language=_language(" ".join(record["LA"][:1])),
        origin=f"https://doi.org/{doi}" if doi else next((url for url in record["UR"] if url.startswith("http")), ""),
        record_id=doi or number or " ".join(record["ID"][:1]),
        position=position,
        flags=tuple(sorted(flags - {""})),
    )


def _pmid(record: _Record) -> str:
    """Return the PubMed identifier: accession number of PubMed's and EndNote's exports, or a note or address that names it."""
    database = " ".join(record["DB"] + record["DP"]).casefold()
    if "pubmed" in database or "medline" in database or "nlm" in database.split():
        for value in record["AN"] + record["C7"]:
            if value.isdecimal() and len(value) < 10:
                return value
    for value in record["UR"] + record["N1"] + record["AN"] + record["M2"]:
        if found := re.search(r"(?:PMID:?\s*|pubmed\.ncbi\.nlm\.nih\.gov/|/pubmed/)(\d{1,9})\b", value):
            return found[1]
    return ""


def _language(stated: str) -> str:
    names = {"english": "en", "german": "de", "french": "fr", "spanish": "es", "portuguese": "pt", "italian": "it", "chinese": "zh"}
    return names.get(stated.casefold(), fields.language(stated) if len(stated) in (2, 3, 5) else "")
