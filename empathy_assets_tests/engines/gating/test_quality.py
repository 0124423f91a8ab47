"""Tests of the quality gate."""

import pytest

from empathy_assets.engines.gating.gate import GateContext
from empathy_assets.engines.gating.quality import GATE
from empathy_assets_tests.fixtures.conversations import many


@pytest.mark.parametrize(("label", "passed"), [("low", False), ("high", True), ("", True)])
def test_only_what_the_source_calls_low_is_dropped(label: str, passed: bool) -> None:
    found = GATE.decide(many(2, labels={"quality": label}), GateContext())
    assert found["passed"].to_list() == [passed, passed]
    assert found["reason"].str.starts_with("ok" if passed else "low-quality-source").all()
