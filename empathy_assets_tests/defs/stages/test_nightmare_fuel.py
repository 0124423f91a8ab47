"""Tests of the `nightmare-fuel` stage."""

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_staged


def test_rows_are_prepared_scored_and_in_their_own_stage(built: Built) -> None:
    rows = built.table("nightmare-fuel", "next")
    assert_staged(rows, "nightmare-fuel")
    assert rows["labels"].struct.field("known_crisis").any()
    assert set(rows["exempt_from"].explode()) == {"content"}


def test_its_figures_and_picture_are_metadata(built: Built) -> None:
    metadata = built.result.metadata["nightmare-fuel"]
    scored = built.table("nightmare-fuel", "next")["scores"].struct.field("ears")
    assert abs(metadata["ears_mean"] - scored.mean()) < 1e-3
    assert "data:image/png" in metadata["ears"]
