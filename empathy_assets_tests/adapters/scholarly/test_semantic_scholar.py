"""The requests the SemanticScholar client sends."""

from empathy_assets.adapters.scholarly.semantic_scholar import SemanticScholar
from empathy_assets.adapters.scholarly.transport import Transport
from empathy_assets_tests.adapters.scholarly.replies import TOTAL, world
from empathy_assets_tests.adapters.scholarly.server import serving


def test_abstracts_are_asked_for_and_the_last_page_ends(tmp_path):
    with serving(world) as server, Transport("semantic_scholar", f"{server.base}/semantic_scholar", tmp_path, per_second=200) as transport:
        replies = list(SemanticScholar(transport).pages("grief", 500))
    assert len(replies) == 1
    assert "abstract" in server.log[0].params["fields"]
    assert server.log[0].path.endswith("/paper/search")
    assert replies[0].data.count(b"paperId") == TOTAL


def test_more_than_a_thousand_come_from_the_bulk_search_by_token(tmp_path):
    with serving(world) as server, Transport("semantic_scholar", f"{server.base}/semantic_scholar", tmp_path, per_second=200) as transport:
        replies = list(SemanticScholar(transport).pages("grief", 5000))
    assert [asked.params.get("token") for asked in server.log] == [None, "2", "4"]
    assert all(asked.path.endswith("/paper/search/bulk") for asked in server.log)
    assert sum(reply.data.count(b"paperId") for reply in replies) == TOTAL
