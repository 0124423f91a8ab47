"""Tests of the `generation_plan` asset."""

from empathy_assets.records.conversation import STAGES
from empathy_assets_tests.conftest import Built


def test_the_plan_covers_every_stage_with_a_surplus(built: Built) -> None:
    plan = built.table("generation_plan")
    assert set(plan["stage"]) == set(STAGES)
    assert plan.height > 300
    assert plan["row_id"].n_unique() == plan.height
    assert built.result.metadata["generation_plan"]["target"] == 300


def test_the_plan_reaches_the_minima(built: Built) -> None:
    kinds = dict(built.table("generation_plan").group_by("kind").len().iter_rows())
    assert kinds["therapeutic"] >= 50
    assert kinds["bias"] >= 25
    assert kinds["grounded"] >= 25
