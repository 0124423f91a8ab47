"""Tests of the `therapeutic_samples` asset."""

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_generated


def test_every_planned_row_was_generated(built: Built) -> None:
    rows = built.table("therapeutic_samples")
    assert_generated(rows, built.table("generation_plan"), "therapeutic_samples")
    assert set(rows["labels"].struct.field("kind")) == {"therapeutic", "reasoning"}
    assert rows["labels"].struct.field("issue").n_unique() > 5
