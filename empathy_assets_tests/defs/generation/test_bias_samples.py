"""Tests of the `bias_samples` asset."""

from empathy_assets.engines.checking.generation import pairs_complete, pairs_matched
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_generated


def test_every_planned_row_was_generated_in_matched_pairs(built: Built) -> None:
    rows = built.table("bias_samples")
    assert_generated(rows, built.table("generation_plan"), "bias_samples")
    assert pairs_complete(rows).passed
    assert pairs_matched(rows).passed
