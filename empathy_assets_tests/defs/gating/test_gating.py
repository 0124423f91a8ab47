"""Tests of the ledger and the admitted conversations of a build."""

import polars as pl

from empathy_assets.policy.releases import mix
from empathy_assets.records.conversation import STAGES
from empathy_assets_tests.conftest import Built


def test_the_mix_is_exact_and_the_target_reached(built: Built) -> None:
    rows = built.table("gated", "next")
    assert rows.height == 300
    assert dict(rows.group_by("stage").len().iter_rows()) == {stage: round(300 * share) for stage, share in mix().items()}


def test_every_admitted_conversation_holds_the_bar(built: Built) -> None:
    assert built.table("gated", "next")["scores"].struct.field("ears").min() >= 0.80


def test_every_record_has_a_verdict_of_every_gate_with_a_reason(built: Built) -> None:
    ledger = built.table("verdicts", "next")
    staged = sum(built.table(stage, "next").height for stage in STAGES)
    assert ledger["ref"].n_unique() == staged
    assert (ledger["reason"] != "").all()
    gates = ledger.filter(pl.col("gate") != "composition").group_by("ref").len()["len"]
    assert gates.min() >= 10


def test_what_was_not_admitted_says_why(built: Built) -> None:
    ledger = built.table("verdicts", "next")
    admitted = ledger.filter((pl.col("gate") == "composition") & pl.col("passed"))["ref"]
    others = ledger.filter(~pl.col("ref").is_in(admitted.implode()))
    failed = others.group_by("ref").agg((~pl.col("passed")).any().alias("failed"))
    assert failed["failed"].all()


def test_bias_pairs_are_admitted_whole(built: Built) -> None:
    label = pl.col("labels").struct
    pairs = built.table("gated", "next").filter(label.field("kind") == "bias").group_by(label.field("pair_id")).len()
    assert set(pairs["len"]) == {2}
