"""Tests of the `crisis_detector` asset."""

import json

from empathy_assets_tests.conftest import Built


def test_the_detector_is_certified_for_its_own_version(built: Built) -> None:
    judge = built.table("crisis_detector").row(0, named=True)
    certificate = json.loads(judge["certificate"])
    assert judge["passed"]
    assert certificate["detector_version"] == judge["version"]
    assert certificate["sensitivity_lower"] > 0.95
    assert "licence" in judge["card"].lower()
