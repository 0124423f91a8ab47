"""The duplicates gate with a given cluster result."""

import polars as pl

from empathy_assets.engines.gating.duplicates import GATE
from empathy_assets.records.ids import record_ref
from empathy_assets_tests.engines.gating.samples import ask, conversation, frame


def test_only_the_kept_member_of_a_cluster_passes():
    records = [conversation(n) for n in range(4)]
    refs = frame(*records).select(record_ref())["ref"].to_list()
    clusters = pl.DataFrame({
        "ref": refs[:3],
        "kept": [True, False, False],
        "kept_ref": [refs[0]] * 3,
        "exact": [False, True, False],
        "jaccard": [1.0, 1.0, 0.83],
    })  # fmt: skip
    kept, exact, near, unique = ask(GATE, *records, duplicates=clusters)
    assert [kept["passed"], exact["passed"], near["passed"], unique["passed"]] == [True, False, False, True]
    assert exact["reason"] == f"exact-duplicate: of {refs[0]}, similarity 1.0"
    assert near["reason"] == f"near-duplicate: of {refs[0]}, similarity 0.83"
    assert (kept["reason"], unique["reason"]) == ("ok: kept of its cluster", "ok: unique")


def test_without_a_cluster_result_the_verdict_says_that_nobody_compared():
    assert ask(GATE, conversation())[0]["reason"].startswith("not-compared")
