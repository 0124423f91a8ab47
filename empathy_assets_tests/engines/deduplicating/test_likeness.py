"""Likeness: the true Jaccard similarity, of a pair that was compared before without reading it again."""

import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from upath import UPath

from empathy_assets.adapters.cache import FrameCache
from empathy_assets.engines.deduplicating import likeness as module
from empathy_assets.engines.deduplicating.likeness import Likeness, jaccard
from empathy_assets.engines.deduplicating.shingles import shingles
from empathy_assets.engines.deduplicating.sketches import marks_of, shingles_of, texts_of
from empathy_assets_tests.engines.deduplicating.test_cluster import edited, frame, talk


@pytest.fixture
def memory(tmp_path: Path) -> FrameCache:
    return FrameCache(UPath(tmp_path))


def corpus(seed: int, size: int = 8) -> list[str]:
    r = random.Random(seed)
    texts = [talk(r, 30) for _ in range(size)]
    return texts + [edited(r, text, 0.1) for text in texts] + ["", "?"]


def pairs_of(size: int) -> tuple[np.ndarray, np.ndarray]:
    every = [(i, j) for i in range(size) for j in range(i + 1, size)]
    return np.array([i for i, _ in every], dtype=np.int64), np.array([j for _, j in every], dtype=np.int64)


def known(memory: FrameCache) -> pl.DataFrame:
    return pl.read_parquet(next(Path(str(memory.root)).rglob("*.parquet")))


def compared(texts: list[str], memory: FrameCache, a: np.ndarray, b: np.ndarray) -> list[float]:
    given = frame(texts)
    alike = Likeness(given, marks_of(given), 3, memory)
    found = alike.of(a, b)
    alike.keep()
    return found.tolist()


def test_jaccard_is_the_true_one_in_any_block(monkeypatch):
    r = random.Random(8)
    texts = [talk(r, 40) for _ in range(10)]
    texts += [edited(r, t, 0.2) for t in texts]
    sets = shingles(pl.Series(texts), 3)
    a, b = np.arange(10), np.arange(10) + 10
    members = [set(sets.values[s:e].tolist()) for s, e in zip(sets.offsets, sets.offsets[1:], strict=False)]
    expected = [len(members[i] & members[j]) / len(members[i] | members[j]) for i, j in zip(a, b, strict=True)]
    assert jaccard(sets, a, b).tolist() == expected
    monkeypatch.setattr(module, "_PAIR_BLOCK", 100)
    assert jaccard(sets, a, b).tolist() == expected


def test_what_a_memory_has_is_what_is_true(memory):
    texts = corpus(1)
    a, b = pairs_of(len(texts))
    whole = jaccard(shingles_of(frame(texts), 3), a, b).tolist()
    assert compared(texts, memory, a[::3], b[::3]) == whole[::3]
    assert compared(texts, memory, a, b) == whole
    back = texts[::-1]
    n = len(texts) - 1
    assert compared(back, memory, n - b, n - a) == whole  # the pair is the same whichever text comes first
    assert compared([*texts[:3], "other words"], memory, np.array([0, 3]), np.array([1, 2])) == [whole[0], 0.0]
    assert compared(texts, memory, a[:0], b[:0]) == []


def test_a_pair_that_was_compared_is_not_read_again(memory, monkeypatch):
    texts = corpus(2)
    a, b = pairs_of(6)
    compared(texts, memory, a, b)
    read: list[int] = []

    def counted(given: pl.DataFrame, n: int):
        read.append(given.height)
        return shingles(texts_of(given), n)

    monkeypatch.setattr(module, "shingles_of", counted)
    compared(texts, memory, a, b)
    assert not read
    compared(texts, memory, np.r_[a, 9], np.r_[b, 1])
    assert read == [2]


def test_what_outnumbers_the_pairs_of_these_texts_is_let_go_of(memory):
    first, other = corpus(3), corpus(4)
    a, b = pairs_of(5)
    compared(first, memory, a, b)
    compared(other, memory, a, b)  # as many as the others: both are kept
    assert known(memory).height == 20
    third = corpus(5)
    compared(third, memory, a[:6], b[:6])
    assert set(known(memory)["low"]) | set(known(memory)["high"]) <= set(marks_of(frame(third)))
    assert known(memory).height == 6
