"""The decontamination gate against planted benchmark text."""

import polars as pl

from empathy_assets.engines.gating.decontamination import GATE
from empathy_assets.records.ids import record_ref
from empathy_assets_tests.engines.gating.samples import ask, conversation, frame


def test_a_record_that_shares_text_with_a_benchmark_is_blocked_with_the_text():
    records = [conversation(1), conversation(2)]
    refs = frame(*records).select(record_ref())["ref"].to_list()
    hits = pl.DataFrame({"ref": [refs[0]], "benchmark": ["exam"], "ngrams": [["the light in the window", "and nobody turns it"]]})
    bad, good = ask(GATE, *records, contaminated=hits)
    assert bad["reason"] == "contaminated: 2 n-grams of exam, first 'the light in the window'"
    assert (bad["passed"], good["passed"], bad["score"]) == (False, True, 2.0)


def test_without_benchmarks_it_says_so():
    assert ask(GATE, conversation())[0]["reason"] == "ok: no benchmark is configured"
