"""Client of OpenAlex: work search, paged by cursor.

Lives here: the parameters of its requests. Must not live here: parsing of works, rates, retries.
"""

from collections.abc import Iterator

from empathy_assets.adapters.scholarly.paging import CursorSearch
from empathy_assets.adapters.scholarly.transport import Reply, Transport
from empathy_assets.policy.load import number

_SELECT = (
    "id,doi,title,display_name,publication_year,ids,language,type,is_retracted,authorships,"
    "primary_location,best_oa_location,abstract_inverted_index"
)


class OpenAlex:
    """OpenAlex, searched for English works with an abstract."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def pages(self, text: str, limit: int) -> Iterator[Reply]:
        """Yield list replies that hold at most `limit` works which match `text`.

        Raises:
            FetchError: A page got no reply.
        """

        def params(cursor: str, count: int) -> dict[str, str]:
            return {
                "search": text,
                "filter": "has_abstract:true,language:en",
                "select": _SELECT,
                "per_page": str(count),
                "cursor": cursor,
            }

        size = int(number("scholarly", "page.openalex"))
        search = CursorSearch("works", params, size, records=("results",), following=("meta", "next_cursor"))
        return search.pages(self._transport, limit)
