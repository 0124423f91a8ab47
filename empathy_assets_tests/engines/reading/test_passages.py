"""Tests of sentence splitting and packing."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading.passages import Block, pack, sentences
from empathy_assets_tests.engines.reading.samples import prose


def test_sentences_know_abbreviations():
    assert sentences("Dr. Brook came in. She sat down.") == ["Dr. Brook came in.", "She sat down."]
    assert sentences("  ") == []


@given(st.text(max_size=400))
@settings(deadline=None)
def test_sentences_lose_no_character(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_a_sentence_without_end_is_divided():
    parts = sentences(" ".join(f"word{i}" for i in range(1000)))
    assert len(parts) > 2
    assert max(len(p.split()) for p in parts) <= 320


def test_pack_keeps_order_size_and_anchors():
    blocks = [Block(text, i + 1, page=i // 3 + 1) for i, text in enumerate(prose(20))]
    pieces = list(pack(blocks))
    counts = [len(p.text.split()) for p in pieces]
    assert min(counts) >= 60
    assert max(counts) <= 240
    assert "".join("".join(p.text for p in pieces).split()) == "".join("".join(b.text for b in blocks).split())
    assert pieces[0].first.paragraph == 1
    assert pieces[-1].last.paragraph == 20
    assert all(re.search(r"[.!?]$", p.text) for p in pieces)


def test_a_short_chapter_is_one_passage():
    pieces = list(pack([Block("Only this.", 1)]))
    assert [p.text for p in pieces] == ["Only this."]
    assert list(pack([])) == []


def test_a_wall_of_brackets_is_cut_in_bounded_time():
    assert "".join(sentences("{1" * 20_000)).replace(" ", "") == "{1" * 20_000


def test_crowds_of_open_brackets_are_split_at_once():
    assert "".join(sentences("(a {" * 20_000)).replace(" ", "") == "(a{" * 20_000
