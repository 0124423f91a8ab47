"""Benchmark overlap: shared 13-grams are reported with their words, shorter overlaps are not."""

import polars as pl

from empathy_assets.engines.deduplicating.decontaminate import HITS, matched_ngrams

ITEM = "The patient says that nothing has felt worth doing since the spring and she avoids her friends entirely."


def frame(*texts):
    kind = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))
    turns = [[{"role": "user", "content": t}, {"role": "assistant", "content": "Go on."}] for t in texts]
    return pl.DataFrame({"id": [f"c{i}" for i in range(len(texts))], "turns": pl.Series(turns, dtype=kind)})


def test_matches_carry_row_benchmark_text_and_words():
    hits = matched_ngrams(frame("quite other words", "Well. " + ITEM.upper().replace(" ", ",  ")), {"exam": ["short item", ITEM]})
    assert hits.schema == HITS
    assert hits["ngram"].to_list() == [" ".join(ITEM.lower().strip(".").split()[i : i + 13]) for i in range(6)]
    assert set(hits.drop("ngram").rows()) == {(1, "c1", "exam", 1)}


def test_twelve_words_are_no_match():
    assert matched_ngrams(frame(" ".join(ITEM.split()[:12])), {"exam": [ITEM]}).is_empty()


def test_words_of_two_texts_do_not_make_a_match():
    tokens = ITEM.split()
    halves = frame(" ".join(tokens[:9]), " ".join(tokens[9:]))
    assert matched_ngrams(halves, {"exam": [ITEM]}).is_empty()


def test_no_benchmarks_no_hits():
    assert matched_ngrams(frame(ITEM), {}).schema == HITS
    assert matched_ngrams(frame(ITEM), {"empty": []}).is_empty()
    assert matched_ngrams(frame("a b"), {"exam": [ITEM]}).is_empty()


def test_several_benchmarks_are_told_apart():
    hits = matched_ngrams(frame(ITEM, ITEM), {"b": [ITEM], "a": [ITEM]})
    assert hits.select("row", "benchmark").unique().sort("row", "benchmark").rows() == [(0, "a"), (0, "b"), (1, "a"), (1, "b")]


def test_wording_that_policy_allows_is_no_match(monkeypatch):
    words = ITEM.lower().strip(".")
    policy = {"decontamination": {"allow": [" ".join(words.split()[:14])]}}
    monkeypatch.setattr("empathy_assets.engines.deduplicating.decontaminate.table", lambda _: policy)
    assert matched_ngrams(frame(ITEM), {"exam": [ITEM]}).height == 4  # of six n-grams the first two stand inside the allowed wording
