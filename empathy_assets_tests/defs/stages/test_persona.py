"""Tests of the `persona` stage."""

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_staged


def test_rows_are_prepared_scored_and_in_their_own_stage(built: Built) -> None:
    rows = built.table("persona", "next")
    assert_staged(rows, "persona")
    assert set(rows["labels"].struct.field("kind")) == {"persona"}
    assert rows["exempt_from"].list.len().sum() == 0


def test_its_figures_and_picture_are_metadata(built: Built) -> None:
    metadata = built.result.metadata["persona"]
    assert 0.8 <= metadata["ears_mean"] <= 1
    assert "data:image/png" in metadata["ears"]
