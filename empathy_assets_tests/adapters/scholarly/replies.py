"""A scholarly world of one server: every service's replies about invented works."""

import json

from empathy_assets_tests.adapters.scholarly.server import Answer, Asked
from empathy_assets_tests.engines.reading.papers.shapes import article, article_set, crossref_item, epmc_result, openalex_work, s2_paper

TOTAL = 5
"""Works every service has for any query."""

PMID = 990000700
"""PMID of PubMed's first work."""


def world(asked: Asked, _: int = 0) -> Answer:
    """Return the answer of whichever service the path belongs to; each pages two works at a time at most."""
    service = asked.path.split("/")[1]
    body = {"pubmed": _pubmed, "europe_pmc": _epmc, "semantic_scholar": _s2, "openalex": _openalex, "crossref": _crossref}[service](asked)
    return Answer(body)


def _slice(start: int, count: int) -> range:
    return range(start, min(start + count, TOTAL))


def _pubmed(asked: Asked) -> bytes:
    if asked.path.endswith("esearch.fcgi"):
        ids = "".join(f"<Id>{PMID + n}</Id>" for n in _slice(0, int(asked.params["retmax"])))
        session = "<QueryKey>1</QueryKey><WebEnv>ENV</WebEnv>"
        return f"<eSearchResult><Count>{TOTAL}</Count>{session}<IdList>{ids}</IdList></eSearchResult>".encode()
    if asked.params.get("WebEnv") != "ENV":
        return b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>"
    places = _slice(int(asked.params["retstart"]), int(asked.params["retmax"]))
    return article_set(*(article(PMID + n, title=f"Pubmed invented work number {n}", doi=f"10.5555/pm.{n}") for n in places))


def _cursor(asked: Asked, name: str) -> int:
    return 0 if asked.params[name] == "*" else int(asked.params[name])


def _epmc(asked: Asked) -> bytes:
    start, size = _cursor(asked, "cursorMark"), int(asked.params["pageSize"])
    found = [
        epmc_result(
            id=str(n), pmid=str(990000800 + n), doi=f"10.5555/{'pm' if n == 0 else 'epmc'}.{n}", title=f"Europe invented work number {n}"
        )
        for n in _slice(start, size)
    ]
    return json.dumps({"hitCount": TOTAL, "nextCursorMark": str(start + len(found)), "resultList": {"result": found}}).encode()


def _s2(asked: Asked) -> bytes:
    if asked.path.endswith("bulk"):
        start = int(asked.params.get("token", "0"))
        found = [s2_paper(paperId=f"b{n}", title=f"Bulk invented work number {n}") for n in _slice(start, 2)]
        return json.dumps({"total": TOTAL, "token": str(start + 2) if start + 2 < TOTAL else None, "data": found}).encode()
    start, size = int(asked.params["offset"]), int(asked.params["limit"])
    found = [
        s2_paper(paperId=f"s{n}", title=f"Scholar invented work number {n}", externalIds={"DOI": f"10.5555/s2.{n}"})
        for n in _slice(start, size)
    ]
    reply: dict[str, object] = {"total": TOTAL, "offset": start, "data": found}
    if start + size < TOTAL:
        reply["next"] = start + size
    return json.dumps(reply).encode()


def _openalex(asked: Asked) -> bytes:
    start, size = _cursor(asked, "cursor"), int(asked.params["per_page"])
    found = [
        openalex_work(id=f"https://openalex.org/W{n}", doi=f"10.5555/oa.{n}", title=f"Open invented work number {n}", ids={})
        for n in _slice(start, size)
    ]
    following = str(start + size) if start + size < TOTAL else None
    return json.dumps({"meta": {"count": TOTAL, "next_cursor": following}, "results": found}).encode()


def _crossref(asked: Asked) -> bytes:
    start, size = _cursor(asked, "cursor"), int(asked.params["rows"])
    found = [crossref_item(DOI=f"10.5555/cr.{n}", title=[f"Crossref invented work number {n}"]) for n in _slice(start, size)]
    return json.dumps(
        {"status": "ok", "message": {"items": found, "next-cursor": str(start + len(found)), "total-results": TOTAL}}
    ).encode()
