"""The collection behind the asset `academic_findings`: landed works and, when switched on, those of the live services.

Lives here: joining both, the two frames, the figures. Must not live here: Dagster, reading landed files (`adapters.landing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from empathy_assets.adapters.scholarly.cache import Folder
from empathy_assets.adapters.scholarly.queries import all_queries
from empathy_assets.adapters.scholarly.settings import FetchSettings
from empathy_assets.engines.reading.language import language_of as judged_language
from empathy_assets.engines.reading.papers.findings import findings_of
from empathy_assets.engines.reading.papers.passages import LanguageOf
from empathy_assets.engines.reading.papers.work import Work
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.passage import Passage
from empathy_assets.records.reject import Reject

if TYPE_CHECKING:
    from empathy_assets.adapters.scholarly.fetch import Progress, Stats


@dataclass(frozen=True)
class Findings:
    """Passages and rejects as frames of their record models, and figures for the asset's metadata."""

    passages: pl.DataFrame
    rejects: pl.DataFrame
    stats: dict[str, int]
    services: "Stats"


def collect_findings(
    landed: Sequence[Work],
    landing: Path,
    replies: Folder,
    settings: FetchSettings,
    *,
    language_of: LanguageOf | None = judged_language,
    progress: "Progress | None" = None,
) -> Findings:
    """Return every passage there is to be had from landed papers and, if switched on, from the services.

    Args:
        landed: Works of the landed files.
        landing: Landing root; additional queries lie in `queries/*.txt`.
        replies: Folder on the storage root that keeps the raw replies.
        settings: Whether, as whom and with which keys; the default asks nobody.
        language_of: Judge of language; None takes the sources' word for it.
        progress: Receives one line per finished query.

    Returns:
        Frames of `Passage` and `Reject`, in the order of landing, service and query.
    """
    from empathy_assets.adapters.scholarly.fetch import fetch_works  # comes with an HTTP client: not for who loads the definitions

    queries, rejects = all_queries(landing)
    fetched, lost, services = fetch_works(queries, replies, settings, progress)
    passages, without, merged = findings_of([*landed, *fetched], language_of=language_of)
    rejects = [*rejects, *lost, *without]
    stats = {
        "queries": len(queries) if settings.enabled else 0,
        "requests": sum(s.requests for s in services.values()),
        "works_landed": len(landed),
        "works_fetched": len(fetched),
        "works_merged": merged,
        "passages": len(passages),
        "rejects": len(rejects),
    }
    return Findings(to_frame(passages, Passage), to_frame(rejects, Reject), stats, services)
