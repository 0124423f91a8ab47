"""The requests the PubMed client sends."""

from empathy_assets.adapters.scholarly.pubmed import PubMed
from empathy_assets.adapters.scholarly.transport import Transport
from empathy_assets_tests.adapters.scholarly.replies import PMID, TOTAL, world
from empathy_assets_tests.adapters.scholarly.server import serving


def test_search_on_the_history_server_then_fetch(tmp_path):
    with serving(world) as server, Transport("pubmed", f"{server.base}/pubmed", tmp_path, per_second=200) as transport:
        (reply,) = PubMed(transport).pages("grief", 100)
    search, fetched = server.log
    assert (search.params["usehistory"], search.params["retmax"]) == ("y", "100")
    assert reply.ids == tuple(str(PMID + n) for n in range(TOTAL))
    assert "grief" in search.params["term"]
    assert (fetched.params["WebEnv"], fetched.params["query_key"], fetched.params["retmax"]) == ("ENV", "1", str(TOTAL))
    assert reply.data.count(b"<PubmedArticle>") == TOTAL
    assert "ENV" not in reply.uri


def test_at_most_three_requests_a_second_without_a_key(tmp_path):
    from empathy_assets.policy.load import number

    with (
        serving(world) as server,
        Transport("pubmed", f"{server.base}/pubmed", tmp_path, per_second=number("scholarly", "rate.pubmed")) as transport,
    ):
        for text in ("a", "b"):
            list(PubMed(transport).pages(text, 5))
    assert len(server.log) == 4
    assert server.most_within(1.0) <= 3
