"""Parser of MEDLINE / NBIB tagged text, the form PubMed's `Save > PubMed` and `Send to > Citation manager` write.

Lives here: bytes to works. Must not live here: RIS or other citation formats.
"""

import re
from collections import defaultdict

from empathy_assets.engines.reading.papers import fields
from empathy_assets.engines.reading.papers.fragments import fragment_sections
from empathy_assets.engines.reading.papers.limits import limited, max_records
from empathy_assets.engines.reading.papers.markup import decoded
from empathy_assets.engines.reading.papers.tagged import fields_of
from empathy_assets.engines.reading.papers.work import Parsed, Section, Work, refused

_Record = defaultdict[str, list[str]]
_FIELD = re.compile(r"^([A-Z]{2,4}) {0,2}- ?(.*)$")
_LABEL = re.compile(r"(?:^|(?<=[.?!:)] ))([A-Z][A-Z ,/&'()-]{2,60}): ")
_TYPES = {
    "published erratum": "erratum",
    "retracted publication": "retracted",
    "retraction of publication": "retraction-notice",
    "retraction notice": "retraction-notice",
    "expression of concern": "concern-notice",
}
REEXPORT = "Export the record again; a dropped connection leaves such a file."
_RELATIONS = {
    "EFR": "erratum",
    "EIN": "corrected",
    "CRI": "corrected",
    "RIN": "retracted",
    "RRI": "retracted",
    "PRIN": "retracted",
    "PROF": "retraction-notice",
    "ROF": "retraction-notice",
    "ECI": "concern",
    "ECF": "concern-notice",
}


def parse(data: bytes) -> Parsed:
    """Return the works of a tagged file; wrapped fields are joined, a record without PMID and title becomes a reject."""
    works: list[Work] = []
    records, rejects = limited(_records(decoded(data)))
    for index, (line, record) in enumerate(records, start=1):
        position = f"record {index}, line {line}"
        if index == len(records) and record["OWN"] and not record["SO"]:
            rejects.append(refused("truncated", position=position, detail="the record never ends, expected SO", remedy=REEXPORT))
            continue
        title = " ".join(record["TI"] or record["BTI"])
        if not title and not record["PMID"]:
            detail = f"found fields {sorted(k for k in record if record[k])[:8]}, expected PMID or TI"
            rejects.append(refused("no-citation", position=position, detail=detail, remedy="Export the record again in PubMed format."))
            continue
        works.append(_work(record, title, position))
    return works, rejects


def _records(text: str) -> list[tuple[int, _Record]]:
    """Return (first line, fields) of each record; a new PMID or a blank line after the record's source starts one."""
    found: list[tuple[int, _Record]] = []
    for field in fields_of(text, _FIELD, lambda line: line.startswith(" ")):
        if not found or field.tag == "PMID" or (field.after_blank and found[-1][1]["SO"]):
            if len(found) > max_records():
                break
            found.append((field.line, _Record(list)))
        found[-1][1][field.tag].append(field.value)
    return found


def _work(record: _Record, title: str, position: str) -> Work:
    number = fields.pmid("".join(record["PMID"][:1]))
    flags = {_TYPES[t.lower()] for t in record["PT"] if t.lower() in _TYPES} | {_RELATIONS[k] for k in _RELATIONS if record[k]}
    translated = re.fullmatch(r"\[(.+?)\.?\]\.?", title)
    if record["TT"]:
        flags.add("vernacular")
    return Work(
        title=translated.group(1) if translated else title,
        vernacular_title=" ".join(record["TT"]),
        authors=tuple(turned(name) for name in record["FAU"] or record["AU"]) + tuple(record["CN"]),
        year=next(filter(None, map(fields.year, record["DP"] + record["DEP"])), None),
        abstract=tuple(sections(" ".join(record["AB"]))),
        doi=next(filter(None, (fields.doi(v) for v in record["LID"] + record["AID"] if "[doi]" in v)), ""),
        pmid=number,
        pmcid=fields.pmcid("".join(record["PMC"][:1])),
        journal=" ".join(record["JT"] or record["TA"]),
        language="en",
        origin=f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if number else "",
        record_id=number,
        position=position,
        flags=tuple(sorted(flags)),
    )


def turned(name: str) -> str:
    """Return `Family, Given` as `Given Family`."""
    family, comma, given = name.partition(", ")
    return f"{given} {family}" if comma else name


def sections(abstract: str) -> list[Section]:
    """Return an abstract by its upper-case labels, which tagged text writes into it; some publishers leave HTML in it."""
    return [part for section in fragment_sections(abstract) for part in ([section] if section.label else labelled(section.text))]


def labelled(text: str) -> list[Section]:
    """Return an abstract by its upper-case labels (`METHODS: ...`), which this form writes into the text."""
    parts = _LABEL.split(text)
    found = [Section(text=parts[0].strip())] if parts[0].strip() else []
    return found + [Section(label=label, text=body.strip()) for label, body in zip(parts[1::2], parts[2::2], strict=True) if body.strip()]
