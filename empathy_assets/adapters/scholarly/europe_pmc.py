"""Client of Europe PMC: search with core results, paged by cursor.

Lives here: the parameters of its requests. Must not live here: parsing of works, rates, retries.
"""

from collections.abc import Iterator

from empathy_assets.adapters.scholarly.paging import CursorSearch
from empathy_assets.adapters.scholarly.transport import Reply, Transport
from empathy_assets.policy.load import number


class EuropePmc:
    """Europe PMC, searched for records with an abstract."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def pages(self, text: str, limit: int) -> Iterator[Reply]:
        """Yield search replies that hold at most `limit` records which match `text`.

        Raises:
            FetchError: A page got no reply.
        """

        def params(cursor: str, count: int) -> dict[str, str]:
            return {
                "query": f"({text}) AND HAS_ABSTRACT:y",
                "resultType": "core",
                "format": "json",
                "pageSize": str(count),
                "cursorMark": cursor,
            }

        size = int(number("scholarly", "page.europe_pmc"))
        search = CursorSearch("search", params, size, records=("resultList", "result"), following=("nextCursorMark",))
        return search.pages(self._transport, limit)
