"""The cache of raw replies."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.adapters.scholarly.cache import FIRST_EDITION, ReplyCache, newest_edition
from empathy_assets.adapters.storage import storage_root


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

    root = UPath("memory://replies")
    assert newest_edition(root) == FIRST_EDITION
    cache = ReplyCache(root, "pubmed", "2026-W47")
    cache.store("k", b"data", path="x", params={})
    assert cache.load("k") == b"data"
    assert newest_edition(root) == "2026-W47"


def test_an_s3_storage_root_fits(s3_bucket):
    root = storage_root(s3_bucket) / "replies"
    assert newest_edition(root) == FIRST_EDITION
    cache = ReplyCache(root, "pubmed", "2026-W47")
    assert cache.load("k") is None
    cache.store("k", b"data", path="x", params={})
    assert cache.load("k") == b"data"
    assert newest_edition(root) == "2026-W47"


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=4))
def test_the_key_knows_parameters_but_not_their_order(params):
    backwards = dict(reversed(list(params.items())))
    assert ReplyCache.key("x", params) == ReplyCache.key("x", backwards)
    assert ReplyCache.key("x", params) != ReplyCache.key("y", params)
    assert Path(ReplyCache.key("x", params)).name.isalnum() or "-" in ReplyCache.key("x", params)


def test_an_edition_is_a_folder_and_the_newest_is_known(tmp_path):
    assert newest_edition(tmp_path / "none") == FIRST_EDITION
    for edition in ("2026-W47", "", "2025-W52"):
        ReplyCache(tmp_path, "pubmed", edition).store("k", edition.encode(), path="x", params={})
    (tmp_path / ".hidden").mkdir()
    assert newest_edition(tmp_path) == "2026-W47"
    assert ReplyCache(tmp_path, "pubmed", "2026-W47").load("k") == b"2026-W47"
    assert ReplyCache(tmp_path, "pubmed").load("k") == b""
