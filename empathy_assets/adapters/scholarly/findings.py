"""The collection behind the asset `academic_findings`: landed papers always, live services when switched on.

Lives here: walking `landing/papers`, merging landed and fetched works, the two frames. Must not live here: Dagster, rights files.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from empathy_assets.adapters.scholarly.cache import Folder
from empathy_assets.adapters.scholarly.fetch import Progress, Stats, fetch_works
from empathy_assets.adapters.scholarly.queries import all_queries
from empathy_assets.adapters.scholarly.settings import FetchSettings
from empathy_assets.engines.reading.language import language_of as judged_language
from empathy_assets.engines.reading.papers.merge import merged
from empathy_assets.engines.reading.papers.passages import LanguageOf, passages_of
from empathy_assets.engines.reading.papers.read import landed_works
from empathy_assets.engines.reading.papers.work import Work, refused
from empathy_assets.policy.load import table
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.licence import Rights
from empathy_assets.records.passage import Passage
from empathy_assets.records.reject import Reject

RightsFor = Callable[[str], Rights | None]
"""Returns the declaration for a file relative to the landing root, or None."""

_DECLARATIONS = {"rights.toml"}


@dataclass(frozen=True)
class Findings:
    """Passages and rejects as frames of their record models, and figures for the asset's metadata."""

    passages: pl.DataFrame
    rejects: pl.DataFrame
    stats: dict[str, int]
    services: Stats


def landed_files(landing: Path) -> Iterator[Path]:
    """Yield the files under `landing/papers` in order, links included (they are refused later, not followed)."""
    for folder, names, files in os.walk(landing / "papers", followlinks=False):
        names.sort()
        for name in sorted(files):
            if not name.startswith(".") and name not in _DECLARATIONS:
                yield Path(folder) / name


def _landed(landing: Path, rights_for: RightsFor) -> tuple[list[Work], list[Reject], int]:
    works: list[Work] = []
    rejects: list[Reject] = []
    paths = list(landed_files(landing))
    for path in paths:
        relative = path.relative_to(landing).as_posix()
        if path.is_symlink() or not path.is_file():
            rejects.append(
                refused(
                    "not-a-file", file=relative, detail="found a link or a device, expected a plain file", remedy="Copy the file itself."
                )
            )
            continue
        found, lost = landed_works(path, relative=relative, rights=rights_for(relative))
        works += found
        rejects += lost
    return works, rejects, len(paths)


def _repeated(passage: Passage, first: Passage) -> Reject:
    """Return the reject of a passage whose text another work or file already gave."""
    at, known = passage.provenance, first.provenance
    detail = f"the same text stands in {known.file}, {known.anchor}"
    problem = refused("duplicate-passage", position=at.anchor, file=at.file, detail=detail, remedy="None needed; the first one is kept.")
    return problem.model_copy(update={"file_sha256": at.file_sha256})


def collect_findings(
    landing: Path,
    cache: Folder,
    settings: FetchSettings,
    *,
    rights_for: RightsFor,
    language_of: LanguageOf | None = judged_language,
    progress: Progress | None = None,
) -> Findings:
    """Return every passage there is to be had from landed papers and, if switched on, from the services.

    Args:
        landing: Landing root; papers lie in `papers/`, additional queries in `queries/*.txt`.
        cache: Storage root of raw replies.
        settings: Whether, as whom and with which keys; the default asks nobody.
        rights_for: Declaration of a landed file; None quarantines it with reason `undeclared-rights`.
        language_of: Judge of language; None takes the sources' word for it.
        progress: Receives one line per finished query.

    Returns:
        Frames of `Passage` and `Reject`, in the order of landing, service and query.
    """
    works, rejects, files = _landed(landing, rights_for)
    queries, more = all_queries(landing)
    fetched, lost, services = fetch_works(queries, cache, settings, progress)
    rejects += more + lost
    together = merged([*works, *fetched])
    passages: dict[str, Passage] = {}
    for work in together:
        kept, without = passages_of(work, licence=table("scholarly")["defaults"]["fetched_licence"], language_of=language_of)
        for passage in kept:
            if (first := passages.setdefault(passage.id, passage)) is not passage:
                rejects.append(_repeated(passage, first))
        rejects += without
    stats = {
        "files": files,
        "queries": len(queries) if settings.enabled else 0,
        "requests": sum(s.requests for s in services.values()),
        "works_landed": len(works),
        "works_fetched": len(fetched),
        "works_merged": len(together),
        "passages": len(passages),
        "rejects": len(rejects),
    }
    return Findings(to_frame(passages.values(), Passage), to_frame(rejects, Reject), stats, services)
