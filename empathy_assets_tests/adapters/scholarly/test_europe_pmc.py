"""The requests the EuropePmc client sends."""

from empathy_assets.adapters.scholarly.europe_pmc import EuropePmc
from empathy_assets.adapters.scholarly.transport import Transport
from empathy_assets_tests.adapters.scholarly.replies import TOTAL, world
from empathy_assets_tests.adapters.scholarly.server import serving


def test_core_results_by_cursor_until_the_list_ends(tmp_path):
    with serving(world) as server, Transport("europe_pmc", f"{server.base}/europe_pmc", tmp_path, per_second=200) as transport:
        replies = list(EuropePmc(transport).pages("grief", 100))
    assert len(replies) == 1  # a page that is not full is the last
    assert server.log[0].params["resultType"] == "core"
    assert [a.params["cursorMark"] for a in server.log] == ["*"]
    assert replies[0].data.count(b"invented work") == TOTAL
