"""Client of Semantic Scholar: relevance search paged by offset, bulk search paged by token.

Lives here: the order of requests. Must not live here: parsing of works, rates, retries.
"""

import json
from collections.abc import Iterator

from empathy_assets.adapters.scholarly.checks import json_object
from empathy_assets.adapters.scholarly.paging import CursorSearch
from empathy_assets.adapters.scholarly.transport import Reply, Transport
from empathy_assets.engines.reading.papers.reply import at, listed
from empathy_assets.policy.load import number

_FIELDS = "title,abstract,authors,year,venue,journal,externalIds,url,openAccessPdf,publicationTypes,publicationDate"
_REACH = 1000  # the relevance search refuses offset + limit beyond this


class SemanticScholar:
    """Semantic Scholar's Academic Graph."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def pages(self, text: str, limit: int) -> Iterator[Reply]:
        """Yield search replies that hold `limit` papers which match `text`.

        Up to 1,000 come from the relevance search, the best first; more are only to be had from the bulk search, which does not rank and
        fills its pages as it likes, so the last page may exceed the limit.

        Raises:
            FetchError: A page got no reply.
        """
        return self._ranked(text, limit) if limit <= _REACH else self._bulk(text).pages(self._transport, limit)

    def _ranked(self, text: str, limit: int) -> Iterator[Reply]:
        size, offset = int(number("scholarly", "page.semantic_scholar")), 0
        while offset < limit:
            params = {"query": text, "fields": _FIELDS, "offset": str(offset), "limit": str(min(size, limit - offset))}
            reply = self._transport.get("paper/search", params, check=json_object("data", "total"))
            yield reply
            if reply.problem:
                return
            value = json.loads(reply.data)
            following = at(value, "next")
            if not listed(value, "data") or not isinstance(following, int) or following <= offset:
                return
            offset = following

    @staticmethod
    def _bulk(text: str) -> CursorSearch:
        def params(token: str, _: int) -> dict[str, str]:
            return {"query": text, "fields": _FIELDS, **({"token": token} if token else {})}

        # A bulk page may be short and yet not the last: size 1 lets only an empty one end the list.
        return CursorSearch("paper/search/bulk", params, 1, records=("data",), following=("token",), first="")
