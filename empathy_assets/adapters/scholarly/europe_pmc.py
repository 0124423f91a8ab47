"""Client of Europe PMC: search with core results, paged by cursor.

Lives here: the order of requests. Must not live here: parsing of works, rates, retries.
"""

import json
from collections.abc import Iterator

from empathy_assets.adapters.scholarly.checks import json_object
from empathy_assets.adapters.scholarly.transport import Reply, Transport
from empathy_assets.engines.reading.papers.reply import at, listed
from empathy_assets.policy.load import number


class EuropePmc:
    """Europe PMC, searched for records with an abstract."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def pages(self, text: str, limit: int) -> Iterator[Reply]:
        """Yield search replies that hold about `limit` records which match `text`.

        Raises:
            FetchError: A page got no reply.
        """
        size, cursor, got = int(number("scholarly", "page.europe_pmc")), "*", 0
        while got < limit:
            params = {
                "query": f"({text}) AND HAS_ABSTRACT:y",
                "resultType": "core",
                "format": "json",
                "pageSize": str(min(size, limit - got)),
                "cursorMark": cursor,
            }
            reply = self._transport.get("search", params, check=json_object("resultList"))
            yield reply
            if reply.problem:
                return
            value = json.loads(reply.data)
            count, following = len(listed(value, "resultList", "result")), at(value, "nextCursorMark")
            if not count or not isinstance(following, str) or following == cursor:
                return
            got, cursor = got + count, following
