"""Paging by cursor: one cursor for all pages, expired cursors, the end of the list."""

import json

import pytest

from empathy_assets.adapters.scholarly.paging import CursorSearch
from empathy_assets.adapters.scholarly.transport import FetchError, Transport
from empathy_assets_tests.adapters.scholarly.server import Answer, Asked, serving

SEARCH = CursorSearch("works", lambda cursor, count: {"cursor": cursor, "rows": str(count)}, 2, ("items",), ("next",))


def page(*items: int, following: object = "SAME") -> Answer:
    return Answer(json.dumps({"items": items, "next": following}).encode())


def items(replies) -> list[int]:
    return [item for reply in replies for item in json.loads(reply.data)["items"]]


def walked(base: str, cache, limit: int = 10) -> tuple[list[int], int]:
    with Transport("crossref", base, cache, per_second=500) as transport:
        return items(SEARCH.pages(transport, limit)), transport.requests


def test_one_cursor_for_all_pages_gives_every_page_once(tmp_path):
    pages = [page(1, 2), page(3, 4), page(5)]
    with serving(lambda _, n: pages[n]) as server:
        assert walked(server.base, tmp_path) == ([1, 2, 3, 4, 5], 3)
        assert walked(server.base, tmp_path) == ([1, 2, 3, 4, 5], 0)
    assert [asked.params["cursor"] for asked in server.log] == ["*", "SAME", "SAME"]


@pytest.mark.parametrize("end", [page(), page(3), page(3, 4, following=None), page(3, 4, following=7), page(3, 4, following="")])
def test_an_empty_or_short_page_or_no_cursor_ends_the_list(tmp_path, end):
    with serving(lambda _, n: page(1, 2) if n == 0 else end) as server:
        assert walked(server.base, tmp_path)[1] == 2


def test_no_more_is_asked_for_than_wanted(tmp_path):
    with serving(lambda asked, _: page(*range(int(asked.params["rows"])))) as server:
        assert len(walked(server.base, tmp_path, limit=3)[0]) == 3
    assert [asked.params["rows"] for asked in server.log] == ["2", "1"]


def test_a_cursor_that_expired_since_its_page_was_cached_begins_the_search_anew(tmp_path):
    def first_run(_: Asked, n: int) -> Answer:
        return page(1, 2, following="OLD") if n == 0 else Answer(b"", 503)

    def second_run(asked: Asked, _: int) -> Answer:
        return {"*": page(1, 2, following="NEW"), "NEW": page(3)}.get(asked.params["cursor"], Answer(b"cursor expired", 400))

    with serving(first_run) as server, pytest.raises(FetchError, match="unavailable"):
        walked(server.base, tmp_path)
    with serving(second_run) as server:
        assert walked(server.base, tmp_path) == ([1, 2, 1, 2, 3], 3)
        assert walked(server.base, tmp_path) == ([1, 2, 3], 0)


def test_a_refusal_of_a_fresh_search_stays_a_refusal(tmp_path):
    with serving(lambda *_: Answer(b"Resource not found.", 404)) as server, pytest.raises(FetchError, match="Resource not found"):
        walked(server.base, tmp_path)
    assert len(server.log) == 1
