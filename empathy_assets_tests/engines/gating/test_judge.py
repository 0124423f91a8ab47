"""The ledger: complete, reasoned, balanced."""

import polars as pl
import pytest

from empathy_assets.engines.gating.gate import Gate, outcome, words
from empathy_assets.engines.gating.judge import (
    AmbiguousRecordError,
    failing,
    judge,
    likeness_of_copies,
    passing,
    rejects_by_reason,
    waterfall,
)
from empathy_assets.engines.gating.registry import BUILT_IN
from empathy_assets.records.arrow import polars_schema
from empathy_assets.records.verdict import Verdict
from empathy_assets_tests.engines.gating.samples import conversation, frame


def _stages():
    return {
        "foundation": frame(conversation(1), conversation(2, scores={"ears": 0.5, "pii_residue": 2})),
        "persona": frame(conversation(3, "persona"), conversation(4, "persona", licence="")),
    }


def test_every_record_is_judged_by_every_gate_with_a_reason():
    ledger = judge(_stages(), gates=BUILT_IN)
    assert ledger.height == 4 * len(BUILT_IN)
    assert ledger.schema == polars_schema(Verdict)
    assert ledger.filter(pl.col("reason") == "").height == 0
    failed = ledger.filter(~pl.col("passed")).select("stage", "gate").rows()
    assert sorted(failed) == [("foundation", "ears"), ("foundation", "pii"), ("persona", "licence")]


def test_records_in_are_records_passed_and_dropped():
    stages = _stages()
    ledger = judge(stages, gates=BUILT_IN)
    kept = passing(stages, ledger, BUILT_IN)
    assert kept["id"].to_list() == [conversation(1).id, conversation(3, "persona").id]
    assert kept.height + failing(ledger, BUILT_IN)["ref"].n_unique() == 4


def test_an_unjudged_record_does_not_pass():
    stages = _stages()
    ledger = judge({"persona": stages["persona"]}, gates=BUILT_IN)
    assert passing(stages, ledger, BUILT_IN)["stage"].unique().to_list() == ["persona"]


def test_an_advisory_gate_is_recorded_and_drops_nothing():
    advice = Gate(
        name="advice",
        revision="1",
        blocking=False,
        stages=("foundation",),
        decide=lambda rows, _: outcome(rows, passed=pl.lit(value=False), reason=words("could-be-warmer")),
    )
    gates = (*BUILT_IN, advice)
    ledger = judge(_stages(), gates=gates)
    assert ledger.filter(pl.col("gate") == "advice").height == 2
    assert passing(_stages(), ledger, gates).height == 2


def test_the_version_of_a_verdict_names_the_model_whose_figure_was_compared():
    ledger = judge({"foundation": frame(conversation(1))}, gates=BUILT_IN)
    version = dict(ledger.select("gate", "version").rows())
    assert version["ears"].endswith("+scorer-1")
    assert version["crisis"].endswith("+detector-1")
    assert version["pii"].count("+") == 1


def test_two_rows_of_one_record_are_refused():
    with pytest.raises(AmbiguousRecordError, match="expected one row per content"):
        judge({"foundation": frame(conversation(1), conversation(1))}, gates=BUILT_IN)


def test_no_records_give_an_empty_ledger():
    assert judge({"foundation": frame()}, gates=BUILT_IN).height == 0


def test_rejects_and_yield_add_up():
    ledger = judge(_stages(), gates=BUILT_IN)
    reasons = rejects_by_reason(ledger)
    assert reasons.filter(pl.col("gate") == "ears")["code"].to_list() == ["ears-below-threshold"]
    steps = waterfall(ledger)
    assert (steps["entered"] - steps["dropped"] == steps["left"]).all()
    # The record with residue and low EARS counts at the first gate that failed it.
    assert steps.filter(pl.col("dropped") > 0).select("stage", "gate").rows() == [("foundation", "pii"), ("persona", "licence")]
    assert steps.group_by("stage", maintain_order=True).agg(pl.col("left").last())["left"].to_list() == [1, 1]


def test_copies_that_were_dropped_say_how_alike_they_are():
    rows = [
        ("duplicates", False, 0.71, "near-duplicate of c-1"),
        ("duplicates", True, None, "no copy"),
        ("ears", False, 0.2, "near the bar"),
    ]
    ledger = pl.DataFrame(rows, schema=["gate", "passed", "score", "reason"], orient="row")
    assert likeness_of_copies(ledger) == {"exact": [], "near": [0.71]}
