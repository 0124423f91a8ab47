"""The way from works to findings: merged over files and services, cut into passages, each text once.

Lives here: what landed and fetched works have in common. Must not live here: parsers, HTTP, frames.
"""

from collections.abc import Iterable

from empathy_assets.engines.reading.papers.merge import grouped, union
from empathy_assets.engines.reading.papers.passages import LanguageOf, passages_of
from empathy_assets.engines.reading.papers.work import Work, refused
from empathy_assets.policy.load import table
from empathy_assets.records.passage import Passage
from empathy_assets.records.reject import Reject


def findings_of(works: Iterable[Work], *, language_of: LanguageOf | None = None) -> tuple[list[Passage], list[Reject], int]:
    """Return the passages of works in order of first appearance, a reject for every loss, and how many different works they are.

    Args:
        works: Works of any number of files and replies. A licence the work states holds before the one its file was declared under; a
            work with neither gets policy's for fetched records.
        language_of: Judge of language; without one the source's statement counts.
    """
    passages: dict[str, Passage] = {}
    rejects: list[Reject] = []
    groups = grouped(works)
    fetched: str = table("scholarly")["defaults"]["fetched_licence"]
    for group in groups:
        work = union(group)
        rejects += _elsewhere(group, work)
        kept, lost = passages_of(work, licence=work.declared or fetched, language_of=language_of)
        firsts = [passages.setdefault(passage.id, passage) for passage in kept]
        rejects += [_repeated(passage, first) for passage, first in zip(kept, firsts, strict=True) if first is not passage]
        rejects += lost
    return list(passages.values()), rejects, len(groups)


def _elsewhere(group: Iterable[Work], work: Work) -> list[Reject]:
    """Return a reject for each landed file that describes a work whose text is taken from another one, so that no file goes unmentioned."""
    detail = f"the work also stands in {work.file}, {work.position}, from where its text is taken"
    others = {(other.file, other.file_sha256): other for other in group if other.declared and other.file != work.file}
    return [
        refused("same-work", position=other.position, file=file, detail=detail, remedy="None needed; what it adds was merged.").model_copy(
            update={"file_sha256": sha256}
        )
        for (file, sha256), other in others.items()
    ]


def _repeated(passage: Passage, first: Passage) -> Reject:
    """Return the reject of a passage whose text another work or file already gave."""
    at, known = passage.provenance, first.provenance
    detail = f"the same text stands in {known.file}, {known.anchor}"
    problem = refused("duplicate-passage", position=at.anchor, file=at.file, detail=detail, remedy="None needed; the first one is kept.")
    return problem.model_copy(update={"file_sha256": at.file_sha256})
