"""Merging of works that several services or files describe.

Lives here: which works are the same, and what the merged one keeps. Must not live here: similarity of texts (`engines/deduplicating`).
"""

from collections.abc import Iterable

from empathy_assets.engines.reading.papers.work import Work
from empathy_assets.records.ids import normalised

_MIN_TITLE_WORDS = 4  # `Editorial.` or `Correction.` name thousands of works


def merged(works: Iterable[Work]) -> list[Work]:
    """Return one work for each group that shares a DOI, a PMID or a normalised title, in order of first appearance.

    Titles join only works whose identifiers and years do not contradict each other: a preprint with its own DOI stays a work of its own.
    """
    groups: list[list[Work]] = []
    known: dict[tuple[str, str], int] = {}
    for work in works:
        keys = _keys(work)
        hits = sorted({known[key] for key in keys if key in known and (key[0] != "title" or _compatible(groups[known[key]], work))})
        home = hits[0] if hits else len(groups)
        if not hits:
            groups.append([])
        groups[home].append(work)
        for other in hits[1:]:
            groups[home] += groups[other]
            groups[other] = []
            known = {key: home if at == other else at for key, at in known.items()}
        for key in keys:
            known.setdefault(key, home)
    return [_union(group) for group in groups if group]


def _keys(work: Work) -> list[tuple[str, str]]:
    keys = [("doi", work.doi), ("pmid", work.pmid)]
    title = "".join(c if c.isalnum() else " " for c in normalised(work.title)).split()
    if len(title) >= _MIN_TITLE_WORDS:
        keys.append(("title", " ".join(title)))
    return [key for key in keys if key[1]]


def _compatible(group: list[Work], work: Work) -> bool:
    for other in group:
        if (other.doi and work.doi and other.doi != work.doi) or (other.pmid and work.pmid and other.pmid != work.pmid):
            return False
        if other.year and work.year and abs(other.year - work.year) > 1:
            return False
    return True


def _union(group: list[Work]) -> Work:
    """Return the first work filled up from the others; the abstract with most sections, then most text, wins; every flag stays.

    File and position are those of the reply the abstract comes from, so that the provenance of a passage can be looked up.
    """
    best = max(group, key=lambda w: (len(w.abstract), sum(len(s.text) for s in w.abstract)))
    fullest = max(group, key=lambda w: sum(len(s.text) for s in w.body))
    values: dict[str, object] = {"abstract": best.abstract, "body": fullest.body, "language": best.language}
    giver = best if best.abstract else fullest
    values |= {"file": giver.file, "file_sha256": giver.file_sha256, "position": giver.position}
    for name in ("title", "vernacular_title", "authors", "year", "doi", "pmid", "journal", "licence", "origin", "record_id"):
        values[name] = next((value for work in group if (value := getattr(work, name))), getattr(group[0], name))
    values["flags"] = tuple(sorted({flag for work in group for flag in work.flags}))
    return group[0].model_copy(update=values)
