"""Client of Crossref: bibliographic work search, deep paging by cursor.

Lives here: the order of requests. Must not live here: parsing of works, rates, retries.
"""

import json
from collections.abc import Iterator

from empathy_assets.adapters.scholarly.checks import json_object
from empathy_assets.adapters.scholarly.transport import Reply, Transport
from empathy_assets.engines.reading.papers.reply import at, listed
from empathy_assets.policy.load import number


class Crossref:
    """Crossref, searched for works whose publisher deposited an abstract."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def pages(self, text: str, limit: int) -> Iterator[Reply]:
        """Yield list replies that hold about `limit` works which match `text`.

        Crossref keeps handing out a cursor after the last record: an empty page ends the list.

        Raises:
            FetchError: A page got no reply.
        """
        size, cursor, got = int(number("scholarly", "page.crossref")), "*", 0
        while got < limit:
            rows = min(size, limit - got)
            params = {"query.bibliographic": text, "filter": "has-abstract:true", "rows": str(rows), "cursor": cursor}
            reply = self._transport.get("works", params, check=json_object("message"))
            yield reply
            if reply.problem:
                return
            value = json.loads(reply.data)
            count, following = len(listed(value, "message", "items")), at(value, "message", "next-cursor")
            if count < rows or not isinstance(following, str):
                return
            got, cursor = got + count, following
