"""Paging by cursor, as Europe PMC, OpenAlex, Crossref and Semantic Scholar's bulk search do it.

Lives here: the order of requests, and what to do when a cursor has expired. Must not live here: one service's parameters.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from empathy_assets.adapters.scholarly.checks import json_object
from empathy_assets.adapters.scholarly.transport import FetchError, Reply, Transport
from empathy_assets.engines.reading.papers.reply import at, listed


@dataclass(frozen=True)
class CursorSearch:
    """One search that is paged by cursor.

    Attributes:
        path: Path of the search.
        params: Parameters of a page, from the cursor and the number of records it is to hold.
        size: Records of a page at most; one that holds fewer than asked for is the last.
        records: Keys under which the records lie in a reply.
        following: Keys under which the next cursor lies.
        first: Cursor of the first page.
    """

    path: str
    params: Callable[[str, int], Mapping[str, str]]
    size: int
    records: tuple[str, ...]
    following: tuple[str, ...]
    first: str = "*"

    def pages(self, transport: Transport, limit: int) -> Iterator[Reply]:
        """Yield replies that hold at most `limit` records; a page that is not full or names no further cursor ends the list.

        Cursors live for minutes, cached replies for ever: if a cursor out of the cache is refused, the search is begun anew, once.

        Raises:
            FetchError: A page got no reply.
        """
        stale = False
        try:
            for reply in self._walk(transport, limit, refresh=False):
                yield reply
                stale = reply.cached
        except FetchError as error:
            if not stale or error.reason != "request-refused":
                raise
            yield from self._walk(transport, limit, refresh=True)

    def _walk(self, transport: Transport, limit: int, *, refresh: bool) -> Iterator[Reply]:
        cursor, got, page = self.first, 0, 0
        while got < limit:
            asked = min(self.size, limit - got)
            # Crossref hands out one and the same cursor for all pages, so the page's number is part of the key.
            params = self.params(cursor, asked)
            reply = transport.get(self.path, params, check=json_object(self.records[0]), refresh=refresh, page=str(page))
            yield reply
            if reply.problem:
                return
            value = json.loads(reply.data)
            count, following = len(listed(value, *self.records)), at(value, *self.following)
            if count < asked or not following or not isinstance(following, str):
                return
            got, cursor, page = got + count, following, page + 1
