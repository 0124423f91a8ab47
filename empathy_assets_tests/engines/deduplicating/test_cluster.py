"""Clusters: planted copies are found, look-alikes are not merged, crowded phrases cost no recall."""

import random

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

from empathy_assets.adapters.cache import FrameCache
from empathy_assets.engines.deduplicating import candidates, sketches
from empathy_assets.engines.deduplicating import cluster as module
from empathy_assets.engines.deduplicating.cluster import components, near_duplicate_clusters
from empathy_assets.records.ids import conversation_id

VOCABULARY = [f"{a}{b}{c}" for a in "bdklmnprst" for b in "aeiou" for c in "bdklmnprst"]


def talk(r, n=120):
    return " ".join(r.choice(VOCABULARY) for _ in range(n))


def edited(r, text, share):
    tokens = text.split()
    for i in r.sample(range(len(tokens)), max(1, int(share * len(tokens)))):
        tokens[i] = r.choice(VOCABULARY)
    return " ".join(tokens)


def frame(texts):
    turns = [[{"role": "user", "content": t[: len(t) // 2]}, {"role": "assistant", "content": t[len(t) // 2 :]}] for t in texts]
    ids = [conversation_id([(t["role"], t["content"]) for t in ts]) for ts in turns]
    kind = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
    return pl.DataFrame({"id": ids, "turns": pl.Series(turns, dtype=kind)})


def test_exact_and_near_copies_and_strangers():
    r = random.Random(5)
    bases = [talk(r) for _ in range(300)]
    near = [edited(r, b, 0.10) for b in bases[:100]]
    exact = [b.upper() for b in bases[100:150]]
    out = near_duplicate_clusters(frame(bases + near + exact))
    assert out.schema == {"row": pl.UInt32, "cluster": pl.UInt32, "exact": pl.Boolean, "jaccard_to_representative": pl.Float64}
    assert out["row"].to_list() == list(range(450))
    assert out["cluster"].to_list() == list(range(300)) + list(range(100)) + list(range(100, 150))
    assert out["exact"].to_list() == [False] * 400 + [True] * 50
    likeness = out["jaccard_to_representative"]
    assert likeness.filter(out["row"] < 300).eq(1.0).all()
    assert likeness.slice(300, 100).is_between(0.45, 0.95).all()
    assert likeness.slice(400).eq(1.0).all()


def test_a_large_family_in_a_crowd_of_common_phrases_is_found():
    r = random.Random(6)
    phrases = [talk(r, 8) for _ in range(40)]
    strangers = [" ".join(r.choice(phrases) + " " + talk(r, 12) for _ in range(6)) for _ in range(400)]
    base = " ".join(r.choice(phrases) + " " + talk(r, 2) for _ in range(12))
    family = [edited(r, base, 0.05) for _ in range(80)]
    out = near_duplicate_clusters(frame(strangers + family))
    assert out["cluster"].slice(400).n_unique() == 1
    assert out["cluster"].slice(0, 400).n_unique() == 400


def test_order_of_rows_does_not_change_who_belongs_together():
    r = random.Random(7)
    bases = [talk(r, 60) for _ in range(60)]
    texts = bases + [edited(r, b, 0.08) for b in bases]
    order = list(range(120))
    r.shuffle(order)
    straight = near_duplicate_clusters(frame(texts))["cluster"].to_list()
    mixed = near_duplicate_clusters(frame([texts[i] for i in order]))["cluster"].to_list()
    groups = {frozenset(i for i in range(120) if straight[i] == c) for c in straight}
    assert groups == {frozenset(order[i] for i in range(120) if mixed[i] == c) for c in mixed}


def test_the_size_of_blocks_does_not_change_the_clusters(monkeypatch):
    r = random.Random(9)
    bases = [talk(r, 50) for _ in range(80)]
    texts = frame(bases + [edited(r, b, 0.08) for b in bases])
    whole = near_duplicate_clusters(texts)
    monkeypatch.setattr(candidates, "_SKETCH_BLOCK", 500)
    monkeypatch.setattr(candidates, "_MEETING_BLOCK", 100)
    monkeypatch.setattr(sketches, "_TEXT_BLOCK", 7)
    assert near_duplicate_clusters(texts).equals(whole)


def test_frames_one_after_another_are_clustered_like_their_sum():
    r = random.Random(10)
    bases = [talk(r, 50) for _ in range(40)]
    texts = frame(bases + [edited(r, b, 0.08) for b in bases] + [b.upper() for b in bases[:10]])
    pieces = [texts[:13], texts[13:13], texts[13:60], texts[60:]]
    assert near_duplicate_clusters(iter(pieces)).equals(near_duplicate_clusters(texts))
    assert near_duplicate_clusters([]).is_empty()


def test_no_rows_one_row_and_texts_without_words():
    assert near_duplicate_clusters(frame([])).is_empty()
    out = near_duplicate_clusters(frame(["hello there", "?? !!"]))
    assert out["cluster"].to_list() == [0, 1]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=15))
def test_components_name_the_least_connected_node(edges):
    a = np.array([e[0] for e in edges], dtype=np.int64)
    b = np.array([e[1] for e in edges], dtype=np.int64)
    leader = components(12, a, b)
    seen = list(range(12))
    for _ in range(12):
        for x, y in edges:
            seen[x] = seen[y] = min(seen[x], seen[y])
    assert leader.tolist() == seen


def test_with_a_memory_the_clusters_are_the_same_whatever_was_met_before(tmp_path, monkeypatch):
    r = random.Random(12)
    bases = [talk(r, 60) for _ in range(60)]
    texts = bases + [edited(r, b, 0.08) for b in bases[:20]] + [b.upper() for b in bases[20:30]] + ["", "two words"]
    memory = FrameCache(UPath(tmp_path))
    for some in (texts[10:70], texts, texts[::-1], texts[:5]):
        assert near_duplicate_clusters(frame(some), memory).equals(near_duplicate_clusters(frame(some)))
    with monkeypatch.context() as patch:
        patch.setattr(module, "candidate_pairs", None)  # whoever looked for copies again would fail
        assert near_duplicate_clusters(frame(texts), memory).equals(near_duplicate_clusters(frame(texts), memory))
    changed = [*texts[:-1], bases[0] + " indeed"]
    found = near_duplicate_clusters(frame(changed), memory)
    assert found.equals(near_duplicate_clusters(frame(changed)))
    assert found["cluster"][len(texts) - 1] == 0


def test_with_a_memory_the_bar_of_likeness_counts(tmp_path, monkeypatch):
    r = random.Random(13)
    base = talk(r, 80)
    pair = frame([base, edited(r, base, 0.05)])
    memory = FrameCache(UPath(tmp_path))
    assert near_duplicate_clusters(pair, memory)["cluster"].to_list() == [0, 0]
    given = module.number
    monkeypatch.setattr(module, "number", lambda file, key: 0.99 if key == "near.min_jaccard" else given(file, key))
    assert near_duplicate_clusters(pair, memory)["cluster"].to_list() == [0, 1]
