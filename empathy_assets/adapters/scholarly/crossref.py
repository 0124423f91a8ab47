"""Client of Crossref: bibliographic work search, deep paging by cursor.

Lives here: the parameters of its requests. Must not live here: parsing of works, rates, retries.
"""

from collections.abc import Iterator

from empathy_assets.adapters.scholarly.paging import CursorSearch
from empathy_assets.adapters.scholarly.transport import Reply, Transport
from empathy_assets.policy.load import number


class Crossref:
    """Crossref, searched for works whose publisher deposited an abstract."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def pages(self, text: str, limit: int) -> Iterator[Reply]:
        """Yield list replies that hold at most `limit` works which match `text`.

        Raises:
            FetchError: A page got no reply.
        """

        def params(cursor: str, count: int) -> dict[str, str]:
            return {"query.bibliographic": text, "filter": "has-abstract:true", "rows": str(count), "cursor": cursor}

        size = int(number("scholarly", "page.crossref"))
        search = CursorSearch("works", params, size, records=("message", "items"), following=("message", "next-cursor"))
        return search.pages(self._transport, limit)
