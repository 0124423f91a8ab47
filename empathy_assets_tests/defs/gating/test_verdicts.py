"""Tests of the `verdicts` asset."""

import polars as pl

from empathy_assets.records.conversation import STAGES
from empathy_assets_tests.conftest import Built


def test_every_record_has_a_verdict_of_every_gate_with_a_reason(built: Built) -> None:
    ledger = built.table("verdicts", "next")
    staged = sum(built.table(stage, "next").height for stage in STAGES)
    assert ledger["ref"].n_unique() == staged
    assert (ledger["reason"] != "").all()
    assert ledger.filter(pl.col("gate") != "composition").group_by("ref").len()["len"].min() >= 10


def test_what_was_not_admitted_says_why(built: Built) -> None:
    ledger = built.table("verdicts", "next")
    admitted = ledger.filter((pl.col("gate") == "composition") & pl.col("passed"))["ref"]
    others = ledger.filter(~pl.col("ref").is_in(admitted.implode()))
    assert others.group_by("ref").agg((~pl.col("passed")).any().alias("failed"))["failed"].all()


def test_the_yield_is_a_picture(built: Built) -> None:
    assert "data:image/png" in built.result.metadata["verdicts"]["yield_waterfall"]
