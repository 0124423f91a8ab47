"""Tests of the `gated` asset."""

import polars as pl

from empathy_assets.policy.releases import mix
from empathy_assets_tests.conftest import Built


def test_the_mix_is_exact_and_the_target_reached(built: Built) -> None:
    rows = built.table("gated", "next")
    assert rows.height == 300
    assert dict(rows.group_by("stage").len().iter_rows()) == {stage: round(300 * share) for stage, share in mix().items()}


def test_every_admitted_conversation_holds_the_bar(built: Built) -> None:
    assert built.table("gated", "next")["scores"].struct.field("ears").min() >= 0.80


def test_bias_pairs_are_admitted_whole(built: Built) -> None:
    label = pl.col("labels").struct
    pairs = built.table("gated", "next").filter(label.field("kind") == "bias").group_by(label.field("pair_id")).len()
    assert set(pairs["len"]) == {2}
