"""Hashed shingles equal those of a plain implementation up to hashing, whatever block a text falls into."""

import re

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.deduplicating import shingles as module
from empathy_assets.engines.deduplicating.shingles import Gathered, combine, shingles, words


def plain(text, n=3):
    found = re.findall(r"[0-9a-z\u0080-\U0010ffff]+", text.lower())
    return {tuple(found[i : i + n]) for i in range(max(1, len(found) - n + 1))} if found else set()


def sets_of(texts, n=3):
    got = shingles(pl.Series(texts, dtype=pl.String), n)
    return [set(got.values[a:b].tolist()) for a, b in zip(got.offsets, got.offsets[1:], strict=False)]


def test_words_are_found_with_their_places():
    (block,) = words(pl.Series(["It’s ok", None, "", "OK, it's"]))
    spelled = [bytes(block.data[s:e]).lower() for s, e in zip(block.start, block.end, strict=True)]
    assert spelled == [b"it", b"s", b"ok", b"ok", b"it", b"s"]
    assert block.text.tolist() == [0, 0, 0, 3, 3, 3]
    assert block.hashes[:3].tolist() == block.hashes[[4, 5, 3]].tolist()


def test_case_typography_and_white_space_do_not_matter():
    a, b = sets_of(["Don't go - it's “late”…", 'DON’T  go\n— it’s "late"...'])
    assert a == b


def test_short_and_empty_texts():
    one, two, same, none = sets_of(["hello", "hello there", "Hello, there!", "?!"])
    assert len(one) == len(two) == 1
    assert one != two
    assert two == same
    assert none == set()


def test_no_texts_and_too_few_words():
    assert shingles(pl.Series([], dtype=pl.String), 3).offsets.tolist() == [0]
    assert not len(combine(np.zeros(2, dtype=np.uint64), 3))


texts = st.lists(st.text(alphabet="ab é.", max_size=25), min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(texts)
def test_set_sizes_and_overlaps_are_those_of_the_plain_way(given_texts):
    expected, got = [plain(t) for t in given_texts], sets_of(given_texts)
    assert [len(s) for s in got] == [len(s) for s in expected]
    for i in range(len(got)):
        for j in range(i):
            assert len(got[i] & got[j]) == len(expected[i] & expected[j])


def test_blocks_do_not_matter(monkeypatch):
    many = [f"text number {i} says that {i * i} is a square of its own" for i in range(200)]
    whole = shingles(pl.Series(many), 3)
    monkeypatch.setattr(module, "_BLOCK", 64)
    pieces = shingles(pl.Series(many), 3)
    assert whole.values.tolist() == pieces.values.tolist()
    assert whole.offsets.tolist() == pieces.offsets.tolist()


def test_shingles_gathered_piece_by_piece_are_those_of_all():
    texts = pl.Series([f"one two three {n} four five {n * n}" for n in range(50)])
    whole, pieces = shingles(texts, 3), Gathered()
    for at in range(0, 50, 7):
        pieces.add(shingles(texts[at : at + 7], 3))
    made = pieces.taken()
    assert made.values.tolist() == whole.values.tolist()
    assert made.offsets.tolist() == whole.offsets.tolist()
