"""Candidates: the pairs that the definition names, however many entries are looked at in one go."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.deduplicating import candidates as module
from empathy_assets.engines.deduplicating.candidates import candidate_pairs, gather
from empathy_assets.engines.deduplicating.shingles import Shingles

Settings = dict[str, int]


def sets_of(texts: list[set[int]]) -> Shingles:
    values = [value for text in texts for value in sorted(text)]
    return Shingles(np.array(values, dtype=np.uint32), np.cumsum([0, *map(len, texts)]))


def as_defined(texts: list[set[int]], sketch: int, small: int, reach: int, least: int) -> set[tuple[int, int]]:
    """Return the candidates, bucket by bucket and text by text."""
    buckets: dict[int, list[tuple[int, int]]] = defaultdict(list)
    lengths = [min(len(text), sketch) for text in texts]
    for i, text in enumerate(texts):
        least_of_it = sorted(text)[:sketch]
        for value, follow in zip(least_of_it, [*least_of_it[1:], 0], strict=False):
            buckets[value].append((follow, i))
    met: Counter[tuple[int, int]] = Counter()
    for bucket in buckets.values():
        bucket.sort()
        for at, (follow, i) in enumerate(bucket):
            for step, (other, j) in enumerate(bucket[at + 1 :], 1):
                if len(bucket) <= small or (step <= min(reach, small - 1) and follow == other):
                    met[min(i, j), max(i, j)] += 1
    return {(i, j) for (i, j), times in met.items() if times >= min(least, max(1, min(lengths[i], lengths[j]) // 8))}


def found(texts: list[set[int]], **how: int) -> set[tuple[int, int]]:
    a, b = candidate_pairs(sets_of(texts), **how)
    pairs = list(zip(a.tolist(), b.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    return set(pairs)


text = st.sets(st.integers(1, 40), max_size=24)  # few shingles for many texts: most buckets are crowded
settings_of_a_search = st.builds(dict, sketch=st.integers(1, 20), small=st.integers(1, 6), reach=st.integers(1, 4), least=st.integers(1, 4))


@settings(max_examples=150, deadline=None)
@given(st.lists(text, max_size=30), settings_of_a_search, st.sampled_from([1 << 20, 64, 16]))
def test_candidates_are_those_of_the_definition(texts: list[set[int]], how: Settings, block: int):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_SKETCH_BLOCK", block)
        patch.setattr(module, "_MEETING_BLOCK", block)
        assert found(texts, **how) == as_defined(texts, **how)


def test_a_crowded_bucket_compares_only_what_goes_on_alike():
    crowd = [{7, 100 + i} for i in range(6)]
    twins = [{7, 50}, {7, 50}]
    how = {"sketch": 8, "small": 4, "reach": 2, "least": 1}
    assert found([*crowd, *twins], **how) == {(6, 7)}
    assert found([*crowd[:2], *twins], **how) == {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}


def test_no_texts_and_texts_without_shingles_have_no_candidates():
    how = {"sketch": 8, "small": 4, "reach": 2, "least": 1}
    assert found([], **how) == set()
    assert found([set(), set(), {5}], **how) == set()


def test_gather_lists_the_first_shingles_of_each_text():
    owner, values = gather(sets_of([{3, 1, 2}, set(), {9, 8}]), np.array([2, 0]), 2)
    assert (owner.tolist(), values.tolist()) == ([0, 0, 1, 1], [8, 9, 1, 2])
