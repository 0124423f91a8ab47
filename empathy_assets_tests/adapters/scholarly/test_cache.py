"""The cache of raw replies."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.adapters.scholarly.cache import ReplyCache


def test_what_is_stored_comes_back_byte_for_byte(tmp_path):
    cache = ReplyCache(tmp_path, "pubmed")
    data = b"\x00line\nline\r\n\xff"
    cache.store("k", data, path="x", params={"q": "calm"})
    assert cache.load("k") == data
    assert cache.load("other") is None


def test_a_storage_that_refuses_costs_nothing_but_the_cache(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = ReplyCache(blocked, "pubmed")
    cache.store("k", b"data", path="x", params={})
    assert cache.load("k") is None


def test_remote_folders_fit(tmp_path):
    from upath import UPath

    cache = ReplyCache(UPath("memory://replies"), "pubmed")
    cache.store("k", b"data", path="x", params={})
    assert cache.load("k") == b"data"


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=4))
def test_the_key_knows_parameters_but_not_their_order(params):
    backwards = dict(reversed(list(params.items())))
    assert ReplyCache.key("x", params, "") == ReplyCache.key("x", backwards, "")
    assert ReplyCache.key("x", params, "") != ReplyCache.key("x", params, "2026-W01")
    assert Path(ReplyCache.key("x", params, "")).name.isalnum() or "-" in ReplyCache.key("x", params, "")
