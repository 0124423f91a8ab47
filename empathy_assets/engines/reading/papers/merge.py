"""Merging of works that several services or files describe.

Lives here: which works are the same, and what the merged one keeps. Must not live here: similarity of texts (`engines/deduplicating`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from empathy_assets.engines.reading.papers.work import Work
from empathy_assets.records.ids import normalised

_MIN_TITLE_WORDS = 4  # `Editorial.` or `Correction.` name thousands of works
_IDENTIFIERS = ("doi", "pmid", "pmcid")
_KINDS = {"preprint", "erratum", "retraction-notice", "concern-notice"}  # what shares a title with an article without being it
_Group = list[int]


def merged(works: Iterable[Work]) -> list[Work]:
    """Return one work for each group that shares a DOI, a PMID, a PMCID or a normalised title, in order of first appearance.

    Identifiers join first. Titles then join only groups whose identifiers, years and kinds do not contradict each other: a preprint with
    its own DOI stays a work of its own. Neither the groups nor what they keep depend on the order of `works`.
    """
    return [union(group) for group in grouped(works)]


def grouped(works: Iterable[Work]) -> list[list[Work]]:
    """Return the groups `merged` makes one work of, each in order of appearance."""
    found = list(works)
    groups = _by_title(found, _by_identifier(found))
    return [[found[at] for at in sorted(group)] for group in sorted(groups, key=min)]


def _by_identifier(works: Sequence[Work]) -> list[_Group]:
    home = list(range(len(works)))

    def root(at: int) -> int:
        while home[at] != at:
            home[at] = home[home[at]]
            at = home[at]
        return at

    known: dict[tuple[str, str], int] = {}
    for at, work in enumerate(works):
        for name in _IDENTIFIERS:
            if value := getattr(work, name):
                home[root(at)] = root(known.setdefault((name, value), at))
    groups: defaultdict[int, _Group] = defaultdict(list)
    for at in range(len(works)):
        groups[root(at)].append(at)
    return list(groups.values())


def _by_title(works: Sequence[Work], groups: list[_Group]) -> list[_Group]:
    """Return the groups with those of one title joined; where several of one title contradict each other, a group joins the fullest."""
    order = sorted(groups, key=lambda group: min(_rank(works[at]) for at in group))
    homes: defaultdict[str, list[_Group]] = defaultdict(list)
    kept: list[_Group] = []
    for group in order:
        titles = sorted({title for at in group if (title := _title(works[at]))})
        near = [home for title in titles for home in homes[title]]
        home = next((home for home in near if _compatible([works[at] for at in home], [works[at] for at in group])), None)
        if home is None:
            kept.append(group)
        else:
            home += group
        for title in titles:
            if not any(other is (home or group) for other in homes[title]):
                homes[title].append(group if home is None else home)
    return kept


def _title(work: Work) -> str:
    words = "".join(c if c.isalnum() else " " for c in normalised(work.title)).split()
    return " ".join(words) if len(words) >= _MIN_TITLE_WORDS else ""


def _compatible(one: Sequence[Work], other: Sequence[Work]) -> bool:
    for name in _IDENTIFIERS:
        here, there = ({getattr(work, name) for work in side} - {""} for side in (one, other))
        if here and there:
            return False  # had they one in common, they would be one group
    if {*_flags(one)} & _KINDS != {*_flags(other)} & _KINDS:
        return False
    years = [work.year for work in (*one, *other) if work.year]
    return not years or max(years) - min(years) <= 1


def _flags(works: Iterable[Work]) -> Iterable[str]:
    return (flag for work in works for flag in work.flags)


def _rank(work: Work) -> tuple[object, ...]:
    """Return the place of a work among those that describe the same: fullest text first, then declared, then best identified.

    The whole content is the last word, so that no two different works tie.
    """
    size = sum(len(section.text) for section in work.abstract)
    identified = sum(not getattr(work, name) for name in _IDENTIFIERS)
    return (-len(work.abstract), -size, not work.declared, identified, "preprint" in work.flags, work.model_dump_json())


def union(group: Sequence[Work]) -> Work:
    """Return the work with the fullest abstract filled up from the others; every flag stays.

    File, position and declaration are those of the reply the text comes from, so that the provenance of a passage can be looked up.
    """
    ranked = sorted(group, key=_rank)
    best = ranked[0]
    fullest = max(ranked, key=lambda w: sum(len(s.text) for s in w.body))
    giver = best if best.abstract else fullest
    values: dict[str, object] = {"abstract": best.abstract, "body": fullest.body}
    values |= {name: getattr(giver, name) for name in ("file", "file_sha256", "position", "declared", "language")}
    for name in ("title", "vernacular_title", "authors", "year", *_IDENTIFIERS, "journal", "licence", "origin", "record_id"):
        values[name] = next((value for work in (giver, *ranked) if (value := getattr(work, name))), getattr(giver, name))
    values["flags"] = tuple(sorted({*_flags(group)}))
    return giver.model_copy(update=values)
