"""Client of PubMed's E-utilities: esearch on the history server, efetch by page.

Lives here: the order of requests. Must not live here: parsing of articles, rates, retries.
"""

from collections.abc import Iterator
from dataclasses import replace

from empathy_assets.adapters.scholarly.checks import xml_document
from empathy_assets.adapters.scholarly.transport import FetchError, Reply, Transport
from empathy_assets.engines.reading.papers import pubmed_search
from empathy_assets.engines.reading.papers.pubmed_search import SearchResult
from empathy_assets.policy.load import number

_REACH = 9_999  # esearch and efetch reach no further into PubMed
_SESSION_ERRORS = ("unable to obtain query", "webenv", "query_key", "history")


class PubMed:
    """PubMed, searched for English records with an abstract."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def pages(self, text: str, limit: int) -> Iterator[Reply]:
        """Yield efetch replies that hold at most `limit` records which match `text`, most relevant first, each with the PMIDs asked for.

        A session that has expired since the search was cached is renewed once.

        Raises:
            FetchError: The search failed, or a page got no reply; the detail then names the PMIDs that were not fetched.
        """
        term = f"({text}) AND hasabstract[text] AND english[lang]"
        most = min(limit, _REACH)
        found = self._search(term, most, refresh=False)
        size, wanted, renewed = int(number("scholarly", "page.pubmed")), min(most, found.count), False
        for start in range(0, wanted, size):
            count = min(size, wanted - start)
            try:
                reply = self._page(term, found, start, count)
                if not renewed and any(word in reply.problem.lower() for word in _SESSION_ERRORS):
                    renewed = True
                    found = self._search(term, most, refresh=True)
                    reply = self._page(term, found, start, count)
                _refuse_error(reply)
            except FetchError as error:
                detail = f"{error.detail}; not fetched: PMID {', '.join(found.ids[start:wanted]) or 'unknown'}"
                raise FetchError(error.reason, detail, error.remedy, error.uri) from error
            yield replace(reply, ids=found.ids[start : start + count])

    def _search(self, term: str, most: int, *, refresh: bool) -> SearchResult:
        params = {"db": "pubmed", "term": term, "usehistory": "y", "retmax": str(most), "sort": "relevance", "retmode": "xml"}
        reply = self._transport.get("esearch.fcgi", params, check=_usable, refresh=refresh)
        found = pubmed_search.parse(reply.data)
        if reply.problem or found.error:
            raise FetchError("service-error", reply.problem or found.error, "Correct the query, or run again later.", reply.uri)
        return found

    def _page(self, term: str, found: SearchResult, start: int, count: int) -> Reply:
        # The session is no part of the cache key: it changes with every search, the records asked for do not.
        params = {"db": "pubmed", "term": term, "retstart": str(start), "retmax": str(count), "rettype": "abstract", "retmode": "xml"}
        session = {"WebEnv": found.web_env, "query_key": found.query_key}
        return self._transport.get("efetch.fcgi", params, check=xml_document("PubmedArticleSet"), transient=session)


def _refuse_error(reply: Reply) -> None:
    if reply.problem.startswith("service error"):
        raise FetchError("service-error", reply.problem, "Run again later; what was fetched is cached.", reply.uri)


def _usable(data: bytes) -> str:
    found = pubmed_search.parse(data)
    if found.error:
        return found.error
    return "" if found.web_env or not found.count else "found no WebEnv although the history server was asked for"
