"""Sketches: the least shingles of each text, computed once per text, whatever frame it stands in."""

import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from upath import UPath

from empathy_assets.adapters.cache import FrameCache
from empathy_assets.engines.deduplicating import sketches as module
from empathy_assets.engines.deduplicating.shingles import shingles
from empathy_assets.engines.deduplicating.sketches import marks_of, shingles_of, sketches, texts_of
from empathy_assets_tests.engines.deduplicating.test_cluster import frame, talk

SIZE = 8


@pytest.fixture
def memory(tmp_path: Path) -> FrameCache:
    return FrameCache(UPath(tmp_path))


def lists(sets) -> list[list[int]]:
    return [sets.values[low:high].tolist() for low, high in zip(sets.offsets[:-1], sets.offsets[1:], strict=True)]


def sketched(texts: list[str], memory: FrameCache) -> list[list[int]]:
    given = frame(texts)
    return lists(sketches(given, marks_of(given), 3, SIZE, memory))


def test_texts_of_joins_turns():
    assert texts_of(frame(["abcd", ""])).to_list() == ["ab\ncd", "\n"]


def test_a_sketch_is_the_least_shingles_of_its_text(memory, monkeypatch):
    r = random.Random(1)
    texts = [talk(r, 30), "", "two words", talk(r, 50), talk(r, 30)]
    whole = lists(shingles(texts_of(frame(texts)), 3))
    monkeypatch.setattr(module, "_TEXT_BLOCK", 2)
    assert lists(shingles_of(frame(texts), 3)) == whole
    assert sketched(texts, memory) == [some[:SIZE] for some in whole]
    assert sketched(texts, memory) == [some[:SIZE] for some in whole]


def test_a_text_that_was_met_is_not_read_again(memory, monkeypatch):
    r = random.Random(2)
    texts = [talk(r, 30) for _ in range(6)]
    sketched(texts[:4], memory)
    read: list[int] = []

    def counted(given: pl.Series, n: int):
        read.append(len(given))
        return shingles(given, n)

    monkeypatch.setattr(module, "shingles", counted)
    mixed = [texts[5], texts[1], texts[4], texts[1]]
    assert sketched(mixed, memory) == [lists(shingles(texts_of(frame([text])), 3))[0][:SIZE] for text in mixed]
    assert sum(read) == 2


def test_what_is_no_longer_there_is_let_go_of_when_something_new_comes(memory):
    r = random.Random(3)
    texts = [talk(r, 30) for _ in range(6)]
    sketched(texts[:4], memory)
    sketched(texts[3:], memory)
    kept = next(Path(str(memory.root)).rglob("*.parquet"))
    assert set(pl.read_parquet(kept)["mark"]) == set(marks_of(frame(texts[3:])))


def test_no_texts_have_no_sketches(memory):
    found = sketches(frame([]), marks_of(frame([])), 3, SIZE, memory)
    assert (found.values.dtype, found.offsets.tolist()) == (np.uint32, [0])
