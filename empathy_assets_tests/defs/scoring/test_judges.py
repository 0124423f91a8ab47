"""Tests of the judges as assets."""

import json

import pytest

from empathy_assets_tests.conftest import Built


def test_the_detector_is_certified_for_its_own_version(built: Built) -> None:
    judge = built.table("crisis_detector").row(0, named=True)
    certificate = json.loads(judge["certificate"])
    assert judge["passed"]
    assert certificate["detector_version"] == judge["version"]
    assert certificate["sensitivity_lower"] > 0.95


@pytest.mark.parametrize("asset", ["crisis_detector", "ears_scorer"])
def test_every_judge_has_a_card(built: Built, asset: str) -> None:
    assert "licence" in built.table(asset)["card"][0].lower()
