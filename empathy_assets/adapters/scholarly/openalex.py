"""Client of OpenAlex: work search, paged by cursor.

Lives here: the order of requests. Must not live here: parsing of works, rates, retries.
"""

import json
from collections.abc import Iterator

from empathy_assets.adapters.scholarly.checks import json_object
from empathy_assets.adapters.scholarly.transport import Reply, Transport
from empathy_assets.engines.reading.papers.reply import at, listed
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
        """Yield list replies that hold about `limit` works which match `text`.

        Raises:
            FetchError: A page got no reply.
        """
        size, cursor, got = int(number("scholarly", "page.openalex")), "*", 0
        while got < limit:
            params = {
                "search": text,
                "filter": "has_abstract:true,language:en",
                "select": _SELECT,
                "per_page": str(min(size, limit - got)),
                "cursor": cursor,
            }
            reply = self._transport.get("works", params, check=json_object("results"))
            yield reply
            if reply.problem:
                return
            value = json.loads(reply.data)
            count, following = len(listed(value, "results")), at(value, "meta", "next_cursor")
            if not count or not isinstance(following, str) or following == cursor:
                return
            got, cursor = got + count, following
