"""The requests the Crossref client sends."""

from empathy_assets.adapters.scholarly.crossref import Crossref
from empathy_assets.adapters.scholarly.transport import Transport
from empathy_assets_tests.adapters.scholarly.replies import TOTAL, world
from empathy_assets_tests.adapters.scholarly.server import serving


def test_works_with_abstract_by_cursor_until_a_short_page(tmp_path):
    with serving(world) as server, Transport("crossref", f"{server.base}/crossref", tmp_path, per_second=200) as transport:
        replies = list(Crossref(transport).pages("grief", 100))
    assert len(replies) == 1
    assert server.log[0].params["filter"] == "has-abstract:true"
    assert server.log[0].params["cursor"] == "*"
    assert replies[0].data.count(b'"DOI"') == TOTAL
