"""Text repair: each defect mended, good text untouched, idempotent, independent of chunking."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.cleaning.text import clean_text, needs_cleaning

CASES = {
    "It’s a “hard” day": 'It\'s a "hard" day',
    "cafe\u0301": "café",
    "so\u200bmuch\ufeff noise\x07": "somuch noise",
    "a\u00a0b\tc   d": "a b c d",
    "one\r\ntwo\r\n\r\n\r\n\r\nthree": "one\ntwo\n\nthree",
    "Therapist: What brings you here?": "What brings you here?",
    "**Client 2:** I am tired": "I am tired",
    "SPEAKER 1: Client: hm": "hm",
    "<p>First</p><p>Second <b>bold</b></p>": "First\n\nSecond bold",
    "<script>alert(1)</script>Hello<!-- x --> there": "Hello there",
    "salt &amp; pepper &#39;n&#39; more": "salt & pepper 'n' more",
    "&amp;lt;b&amp;gt;deep&amp;lt;/b&amp;gt;": "deep",
    "I donâ€™t know â€” she said â€œnoâ€\x9d": 'I don\'t know — she said "no"',
    "I donâ€™t know, â€œreallyâ€\ufffd": 'I don\'t know, "really"',
    "Ã©tÃ© Ã  la plage": "été à la plage",
    "they don\ufffdt listen\ufffd": "they don't listen",
}


@pytest.mark.parametrize(("raw", "clean"), CASES.items())
def test_each_defect_is_mended(raw, clean):
    assert clean_text(pl.Series([raw])).to_list() == [clean]


@pytest.mark.parametrize(
    "text",
    ["I <3 my dog & my cat", "R&D, AT&T, ?a=1&copy=2", "x < y and y > z", "Noted: nothing", "naïve façade, 3 €", "The client: a story", ""],
)
def test_good_text_is_left_alone(text):
    assert clean_text(pl.Series([text])).to_list() == [text]


def test_nulls_stay_and_the_input_is_not_changed():
    raw = pl.Series("t", [None, " x ", "plain"])
    assert clean_text(raw).to_list() == [None, "x", "plain"]
    assert raw.to_list() == [None, " x ", "plain"]


def test_clean_ascii_is_certain_to_need_nothing():
    assert not needs_cleaning(pl.Series(["All is well, thank you.", "2 + 2 = 4 (really)"])).any()


messy = st.lists(
    st.sampled_from([*"ab <>&;:/!-#39'\"\n\t\r", "é", "â", "€", "™", "Ã", "\u200b", "\u0301", "’", "\ufffd", "lt;", "amp;"]), max_size=40
).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(messy, min_size=1, max_size=6))
def test_cleaning_twice_changes_nothing_and_chunks_do_not_matter(texts):
    once = clean_text(pl.Series(texts, dtype=pl.String))
    assert clean_text(once).to_list() == once.to_list()
    assert [clean_text(pl.Series([t])).item() for t in texts] == once.to_list()
    chunked = pl.concat([pl.Series([t], dtype=pl.String) for t in texts], rechunk=False)
    assert clean_text(chunked).to_list() == once.to_list()
