"""Live fetching: every query to every service it names, merged into works and cut into passages.

Lives here: the loop over services and queries, and what a failure costs.
Must not live here: HTTP (`transport.py`), landed files (`findings.py`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.adapters.scholarly.cache import Folder, newest_edition
from empathy_assets.adapters.scholarly.crossref import Crossref
from empathy_assets.adapters.scholarly.europe_pmc import EuropePmc
from empathy_assets.adapters.scholarly.openalex import OpenAlex
from empathy_assets.adapters.scholarly.pubmed import PubMed
from empathy_assets.adapters.scholarly.queries import Query
from empathy_assets.adapters.scholarly.semantic_scholar import SemanticScholar
from empathy_assets.adapters.scholarly.settings import SERVICES, FetchSettings
from empathy_assets.adapters.scholarly.transport import FetchError, Reply, Signature, Transport
from empathy_assets.engines.reading.papers import crossref, europe_pmc, openalex, pubmed, semantic_scholar
from empathy_assets.engines.reading.papers.work import Parsed, Work, refused
from empathy_assets.policy.load import number
from empathy_assets.records.reject import Reject

Progress = Callable[[str], None]
"""Receives one line per finished query; called from several threads."""


class Client(Protocol):
    """What every service's client offers."""

    def pages(self, text: str, limit: int) -> Iterator[Reply]:
        """Yield the replies to one search."""
        ...


_CLIENTS: dict[str, tuple[Callable[[Transport], Client], Callable[[bytes], Parsed]]] = {
    "pubmed": (PubMed, pubmed.parse),
    "europe_pmc": (EuropePmc, europe_pmc.parse),
    "semantic_scholar": (SemanticScholar, semantic_scholar.parse),
    "openalex": (OpenAlex, openalex.parse),
    "crossref": (Crossref, crossref.parse),
}


class ServiceStats(BaseModel):
    """What one service cost and gave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queries: int = Field(default=0, description="Queries asked.")
    requests: int = Field(default=0, description="Requests sent, retries included.")
    cached: int = Field(default=0, description="Replies taken from the cache.")
    works: int = Field(default=0, description="Works in the replies, before merging.")
    failures: int = Field(default=0, description="Queries that failed.")


Stats = dict[str, ServiceStats]


def _signature(service: str, settings: FetchSettings) -> Signature:
    """Return what identifies us to a service: tool and address to NCBI, `mailto` to Crossref, keys where there are any."""
    key, mail = settings.key(service), settings.email
    if service == "pubmed":
        params = {"tool": settings.tool, "email": mail, "api_key": key}
        return Signature(params={name: value for name, value in params.items() if value})
    if service == "crossref":
        return Signature(params={"mailto": settings.mailto} if settings.mailto else {})
    if service == "openalex":
        return Signature(params={"api_key": key} if key else {})
    return Signature(headers={"x-api-key": key} if service == "semantic_scholar" and key else {})


def _rate(service: str, settings: FetchSettings) -> float:
    keyed = settings.key(service) and service in ("pubmed", "semantic_scholar", "openalex")
    return number("scholarly", f"rate.{service}_key" if keyed else f"rate.{service}")


def _one_service(
    service: str, queries: Sequence[Query], cache: Folder, settings: FetchSettings, progress: Progress | None
) -> tuple[list[Work], list[Reject], ServiceStats]:
    works: list[Work] = []
    rejects: list[Reject] = []
    failures = in_a_row = asked = 0
    signature = _signature(service, settings)
    with Transport(
        service, settings.bases[service], cache, signature=signature, per_second=_rate(service, settings), edition=settings.edition
    ) as transport:
        client, parse = _CLIENTS[service][0](transport), _CLIENTS[service][1]
        for query in queries:
            if in_a_row >= number("scholarly", "http.failures_before_skip"):
                detail = f"{len(queries) - asked} of {len(queries)} queries were not asked after {in_a_row} failures in a row"
                remedy = "Run again later; what was fetched is cached."
                rejects.append(refused("service-skipped", file=settings.bases[service], detail=detail, remedy=remedy))
                break
            asked += 1
            found, lost, failed = _one_query(client, parse, query)
            works, rejects = works + found, rejects + lost
            failures, in_a_row = failures + failed, in_a_row + 1 if failed else 0
            if progress:
                progress(f"{service}: {query.text!r}: {len(found)} works{', failed' if failed else ''}")
        stats = ServiceStats(queries=asked, requests=transport.requests, cached=transport.hits, works=len(works), failures=failures)
    return works, rejects, stats


def _one_query(client: Client, parse: Callable[[bytes], Parsed], query: Query) -> tuple[list[Work], list[Reject], bool]:
    """Return works and losses of one search; pages before a failure are kept."""
    works: list[Work] = []
    rejects: list[Reject] = []
    failed = False
    try:
        for reply in client.pages(query.text, query.max_results):
            place = {"file": reply.uri, "file_sha256": hashlib.sha256(reply.data).hexdigest()}
            found, lost = parse(reply.data)
            if reply.problem:
                failed = not (works or found)
                lost = _with_the_rest(reply, lost)
            lost += _missing(reply, found)
            works += [work.model_copy(update=place) for work in found]
            rejects += [reject.model_copy(update=place) for reject in lost]
    except FetchError as error:
        rejects.append(refused(error.reason, file=error.uri, position=f"query {query.text!r}", detail=error.detail, remedy=error.remedy))
        return works, rejects, True
    except Exception as error:
        detail = f"{type(error).__name__} while asking for {query.text!r}"
        rejects.append(refused("unreadable", detail=detail, remedy="Run again; if it stays, report the query."))
        return works, rejects, True
    return works, rejects, failed


def _with_the_rest(reply: Reply, lost: list[Reject]) -> list[Reject]:
    """Return the losses of a doubtful reply, the last of them saying what becomes of the pages after it."""
    lost = lost or [refused("bad-reply", detail=reply.problem[:300], remedy="Run again later; the reply was not cached.")]
    if reply.ids:  # PubMed's pages do not depend on one another: the next one is asked for
        return lost
    return [*lost[:-1], lost[-1].model_copy(update={"detail": f"{lost[-1].detail}; pages after this one were not asked for"})]


def _missing(reply: Reply, found: Sequence[Work]) -> list[Reject]:
    """Return a reject that names the records which were asked for and are not in the reply, or an empty list."""
    there = {work.pmid for work in found}
    absent = [number for number in reply.ids if number not in there]
    if not absent:
        return []
    detail = f"asked for {len(reply.ids)} records, {len(reply.ids) - len(absent)} came; without PMID {', '.join(absent)}"
    remedy = "None if the records were withdrawn or cannot be read (see the rejects beside this one); else run again later."
    return [refused("records-missing", detail=detail, remedy=remedy)]


def fetch_works(
    queries: Iterable[Query], cache: Folder, settings: FetchSettings, progress: Progress | None = None
) -> tuple[list[Work], list[Reject], Stats]:
    """Return the works all services give for the queries, not yet merged, in the order of `SERVICES` and queries.

    Services are asked side by side, each at its own pace; one that fails never stops the others. With `settings.enabled` off none is asked.
    Where settings name no edition the newest that was ever asked for goes on.
    """
    if not settings.enabled:
        return [], [], {}
    settings = settings.model_copy(update={"edition": settings.edition or newest_edition(cache)})
    listed = list(queries)
    plan = {service: [query for query in listed if service in query.services] for service in SERVICES}
    plan = {service: mine for service, mine in plan.items() if mine}
    with ThreadPoolExecutor(max_workers=len(SERVICES)) as pool:
        jobs = {service: pool.submit(_one_service, service, mine, cache, settings, progress) for service, mine in plan.items()}
        results = {service: job.result() for service, job in jobs.items()}
    works = [work for found, _, _ in results.values() for work in found]
    rejects = [reject for _, lost, _ in results.values() for reject in lost]
    return works, rejects, {service: stats for service, (_, _, stats) in results.items()}
