"""All services together: merged works, isolated failures, no secrets, no second request."""

import pytest
from pydantic import SecretStr

from empathy_assets.adapters.scholarly import crossref, europe_pmc, fetch, openalex, pubmed, semantic_scholar
from empathy_assets.adapters.scholarly.fetch import fetch_works
from empathy_assets.adapters.scholarly.queries import Query
from empathy_assets.adapters.scholarly.settings import SERVICES, FetchSettings
from empathy_assets.engines.reading.papers.merge import merged
from empathy_assets.engines.reading.papers.passages import passages_of
from empathy_assets_tests.adapters.scholarly.replies import PMID, TOTAL, world
from empathy_assets_tests.adapters.scholarly.server import Answer, serving
from empathy_assets_tests.engines.reading.papers.shapes import article, article_set

QUERIES = [Query(text="trauma informed care", max_results=4)]


@pytest.fixture(autouse=True)
def small_pages(monkeypatch):
    """Two works a page and a pace that suits a test."""
    for module in (pubmed, europe_pmc, semantic_scholar, openalex, crossref):
        monkeypatch.setattr(module, "number", lambda *_: 2)
    real = fetch.number
    monkeypatch.setattr(fetch, "number", lambda file, key: 200.0 if key.startswith("rate.") else real(file, key))


def settings(base: str, **changes) -> FetchSettings:
    return FetchSettings(**({"enabled": True, "bases": {s: f"{base}/{s}" for s in SERVICES}} | changes))


def fetch_findings(queries, cache, settings, progress=None):
    """Passages of every merged work, a reject for every loss, and what each service cost."""
    works, rejects, stats = fetch_works(queries, cache, settings, progress)
    cut = [passages_of(work, licence="LicenseRef-internal-research") for work in merged(works)]
    return [p for kept, _ in cut for p in kept], rejects + [r for _, lost in cut for r in lost], stats


def test_every_service_is_paged_and_works_are_merged(tmp_path):
    lines: list[str] = []
    with serving(world) as server:
        passages, rejects, stats = fetch_findings(QUERIES, tmp_path, settings(server.base), lines.append)
    assert rejects == []
    assert {name: s.works for name, s in stats.items()} == dict.fromkeys(SERVICES, 4)
    assert {name: s.requests for name, s in stats.items()} == dict.fromkeys(SERVICES, 2) | {"pubmed": 3}
    works = {p.provenance.work_id for p in passages}
    assert len(works) == 19  # one of Europe PMC's works has the DOI of one of PubMed's
    assert {p.licence for p in passages} == {"LicenseRef-internal-research", "CC-BY-4.0", "CC-BY-NC-4.0"}
    assert all(p.provenance.file.startswith("http://127.0.0.1") and p.provenance.doi and p.provenance.file_sha256 for p in passages)
    assert len(lines) == 5


def test_a_second_run_sends_no_request_and_gives_the_same(tmp_path):
    with serving(world) as server:
        first = fetch_findings(QUERIES, tmp_path, settings(server.base))
        asked = len(server.log)
        second = fetch_findings(QUERIES, tmp_path, settings(server.base))
    assert len(server.log) == asked
    assert second[0] == first[0]
    assert all(s.requests == 0 and s.cached for s in second[2].values())


FAULTS = {
    "too many, no advice": lambda _: Answer(b"slow down", 429),
    "too many, wait": lambda _: Answer(b'{"error": "API rate limit exceeded"}', 429, {"Retry-After": "0.2"}),
    "server error": lambda _: Answer(b"oops", 500),
    "bad gateway": lambda _: Answer(b"<html>bad gateway</html>", 502),
    "timeout": lambda body: Answer(body, stall=0.7),
    "reset": lambda body: Answer(body, cut=len(body) // 2, reset=True),
    "cut": lambda body: Answer(body[: len(body) // 2]),
    "html": lambda _: Answer(b"<!doctype html><title>Blocked</title>"),
    "error": lambda _: Answer(b"<eFetchResult><ERROR>Backend failed</ERROR></eFetchResult>"),
    "empty": lambda _: Answer(b""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_request_may_fail_once_at_every_service_and_nothing_is_lost(tmp_path, fault):
    seen: set[str] = set()

    def answer(asked, number):
        request = asked.path + repr(sorted(asked.params.items()))
        if request in seen:
            return world(asked, number)
        seen.add(request)
        return FAULTS[fault](world(asked, number).body)

    with serving(answer) as server:
        works, rejects, stats = fetch_works(QUERIES, tmp_path, settings(server.base))
        asked = len(server.log)
        again, _, _ = fetch_works(QUERIES, tmp_path, settings(server.base))
        assert len(server.log) == asked
    assert rejects == []
    assert {name: s.works for name, s in stats.items()} == dict.fromkeys(SERVICES, 4)
    assert asked == 2 * (2 * len(SERVICES) + 1)
    assert again == works


@pytest.mark.parametrize("broken", SERVICES)
def test_one_failing_service_never_stops_the_others(tmp_path, broken):
    def answer(asked, number):
        return Answer(b"<html>down</html>", 503) if f"/{broken}/" in asked.path else world(asked, number)

    queries = [Query(text=t, max_results=2) for t in ("grief", "shame", "panic", "sleep")]
    with serving(answer) as server:
        works, rejects, stats = fetch_works(queries, tmp_path, settings(server.base))
    assert {r.reason for r in rejects} == {"service-unavailable", "service-skipped"}
    assert (stats[broken].works, stats[broken].failures, stats[broken].queries) == (0, 2, 2)
    assert len(works) == 4 * 2 * 4
    assert all(r.remedy and broken in r.file for r in rejects)


@pytest.mark.parametrize("service", SERVICES)
def test_html_in_a_200_reply_is_reported_after_retries(tmp_path, service):
    def answer(asked, _):
        return Answer(b"<!doctype html><title>Maintenance</title>")

    with serving(answer) as server:
        works, rejects, stats = fetch_works([Query(text="grief", services=(service,))], tmp_path, settings(server.base))
    assert works == []
    assert len(rejects) == 1
    assert rejects[0].reason in {"html", "service-error"}
    assert service == "pubmed" or rejects[0].detail.endswith("pages after this one were not asked for")
    assert (stats[service].requests, stats[service].failures) == (5, 1)


def test_a_page_that_stays_truncated_gives_its_whole_records(tmp_path):
    def answer(asked, number):
        reply = world(asked, number)
        return Answer(reply.body[:-120]) if asked.path.endswith("efetch.fcgi") else reply

    with serving(answer) as server:
        works, rejects, _ = fetch_works([Query(text="grief", services=("pubmed",), max_results=2)], tmp_path, settings(server.base))
    assert [w.pmid for w in works] == [str(PMID)]
    assert [r.reason for r in rejects] == ["truncated", "records-missing"]
    assert rejects[1].detail.endswith(f"without PMID {PMID + 1}")


def test_every_record_asked_for_is_a_work_or_named_as_missing(tmp_path):
    def answer(asked, number):
        reply = world(asked, number)
        if asked.path.endswith("efetch.fcgi") and asked.params["retstart"] == "2":
            return Answer(article_set(article(PMID + 3)))
        return reply

    with serving(answer) as server:
        works, (reject,), _ = fetch_works([Query(text="grief", services=("pubmed",))], tmp_path, settings(server.base))
    assert len(works) == TOTAL - 1
    assert reject.reason == "records-missing"
    assert str(PMID + 2) in reject.detail


def test_a_page_that_is_lost_names_its_records(tmp_path):
    def answer(asked, number):
        lost = asked.path.endswith("efetch.fcgi") and asked.params["retstart"] != "0"
        return Answer(b"busy", 502) if lost else world(asked, number)

    with serving(answer) as server:
        works, (reject,), _ = fetch_works([Query(text="grief", services=("pubmed",))], tmp_path, settings(server.base))
    assert len(works) == 2
    assert (reject.reason, reject.position) == ("service-unavailable", "query 'grief'")
    assert reject.detail.endswith(f"not fetched: PMID {PMID + 2}, {PMID + 3}, {PMID + 4}")
    assert reject.remedy


def test_a_new_edition_asks_afresh_and_later_runs_go_on_with_it(tmp_path):
    with serving(world) as server:
        fetch_works(QUERIES, tmp_path, settings(server.base))
        once = len(server.log)
        fetch_works(QUERIES, tmp_path, settings(server.base, edition="2026-W47"))
        assert len(server.log) == 2 * once
        _, _, stats = fetch_works(QUERIES, tmp_path, settings(server.base))
    assert len(server.log) == 2 * once
    assert sum(s.cached for s in stats.values()) == once


def test_an_expired_session_is_renewed_once(tmp_path):
    sessions = iter(["OLD", "ENV", "ENV"])

    def answer(asked, number):
        reply = world(asked, number)
        return Answer(reply.body.replace(b"ENV", next(sessions).encode())) if asked.path.endswith("esearch.fcgi") else reply

    with serving(answer) as server:
        works, rejects, _ = fetch_works([Query(text="grief", services=("pubmed",), max_results=2)], tmp_path, settings(server.base))
    assert len(works) == 2
    assert rejects == []


def test_an_error_that_stays_is_that_querys_reject(tmp_path):
    def answer(asked, _):
        if asked.path.endswith("esearch.fcgi"):
            return Answer(b"<eSearchResult><ERROR>Invalid db name</ERROR></eSearchResult>")
        return Answer(b"")

    with serving(answer) as server:
        _, (reject,), _ = fetch_works([Query(text="grief", services=("pubmed",))], tmp_path, settings(server.base))
    assert reject.reason == "service-error"
    assert "Invalid db name" in reject.detail


def test_all_there_is_ends_the_paging(tmp_path):
    with serving(world) as server:
        works, rejects, _ = fetch_works([Query(text="grief", max_results=50)], tmp_path, settings(server.base))
    assert rejects == []
    assert len(works) == TOTAL * len(SERVICES)


def test_keys_and_contact_are_sent_only_where_they_belong(tmp_path):
    keys = {"pubmed": SecretStr("K-ncbi"), "semantic_scholar": SecretStr("K-s2"), "openalex": SecretStr("K-oa")}
    with serving(world) as server:
        result = fetch_findings(QUERIES, tmp_path, settings(server.base, keys=keys, email="lab@example.org", mailto="lab@example.org"))
    by_service = {asked.path.split("/")[1]: asked for asked in server.log}
    # pragma: allowlist nextline secret - of a server of the tests
    assert by_service["pubmed"].params["api_key"] == "K-ncbi"
    assert by_service["pubmed"].params["tool"] == "empathy_assets"
    assert by_service["pubmed"].params["email"] == "lab@example.org"
    assert by_service["semantic_scholar"].headers["x-api-key"] == "K-s2"
    # pragma: allowlist nextline secret - of a server of the tests
    assert by_service["openalex"].params["api_key"] == "K-oa"
    assert by_service["crossref"].params["mailto"] == "lab@example.org"
    stored = b"".join(p.read_bytes() for p in tmp_path.rglob("*.reply")).decode()
    assert not any(secret in stored + repr(result) for secret in ("K-ncbi", "K-s2", "K-oa", "lab@example.org"))


def test_switched_off_nothing_is_asked(tmp_path):
    with serving(world) as server:
        assert fetch_findings(QUERIES, tmp_path, settings(server.base, enabled=False)) == ([], [], {})
    assert server.log == []


def test_a_surprise_in_one_client_is_a_reject(tmp_path, monkeypatch):
    class Odd:
        def __init__(self, _): ...

        def pages(self, *_):
            raise ZeroDivisionError

    monkeypatch.setitem(fetch._CLIENTS, "crossref", (Odd, lambda _: ([], [])))
    with serving(world) as server:
        works, rejects, _ = fetch_works(QUERIES, tmp_path, settings(server.base))
    assert [r.reason for r in rejects] == ["unreadable"]
    assert len(works) == 16


def test_rates_follow_the_key():
    real = fetch._rate
    with pytest.MonkeyPatch.context() as patch:
        from empathy_assets.policy.load import number

        patch.setattr(fetch, "number", number)
        assert real("pubmed", FetchSettings()) == 3.0
        assert real("pubmed", FetchSettings(keys={"pubmed": SecretStr("k")})) == 10.0
        assert real("crossref", FetchSettings()) <= 3.0
