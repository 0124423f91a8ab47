"""Client of Semantic Scholar's relevance search, paged by offset.

Lives here: the order of requests. Must not live here: parsing of works, rates, retries.
"""

import json
from collections.abc import Iterator

from empathy_assets.adapters.scholarly.checks import json_object
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
        """Yield search replies that hold at most `limit` papers which match `text`; no more than 1,000 can be reached.

        Raises:
            FetchError: A page got no reply.
        """
        size, offset = int(number("scholarly", "page.semantic_scholar")), 0
        wanted = min(limit, _REACH)
        while offset < wanted:
            params = {"query": text, "fields": _FIELDS, "offset": str(offset), "limit": str(min(size, wanted - offset))}
            reply = self._transport.get("paper/search", params, check=json_object("data", "total"))
            yield reply
            if reply.problem:
                return
            value = json.loads(reply.data)
            following = at(value, "next")
            if not listed(value, "data") or not isinstance(following, int) or following <= offset:
                return
            offset = following
