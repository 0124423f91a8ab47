"""The requests the OpenAlex client sends."""

from empathy_assets.adapters.scholarly.openalex import OpenAlex
from empathy_assets.adapters.scholarly.transport import Transport
from empathy_assets_tests.adapters.scholarly.replies import TOTAL, world
from empathy_assets_tests.adapters.scholarly.server import serving


def test_english_works_with_abstract_by_cursor(tmp_path):
    with serving(world) as server, Transport("openalex", f"{server.base}/openalex", tmp_path, per_second=200) as transport:
        replies = list(OpenAlex(transport).pages("grief", 100))
    assert len(replies) == 1
    assert server.log[0].params["filter"] == "has_abstract:true,language:en"
    assert "abstract_inverted_index" in server.log[0].params["select"]
    assert replies[0].data.count(b"openalex.org/W") == TOTAL
