"""The finding on how well grounded conversations rest on their passages."""

from empathy_assets.engines.checking.grounding import grounded
from empathy_assets_tests.fixtures.conversations import conversation, frame


def rows(*shares: float | None, kind: str = "grounded"):
    return frame(*(conversation(i, labels={"kind": kind}, scores={"groundedness": share}) for i, share in enumerate(shares, start=1)))


def test_passes_when_nearly_all_reach_the_bar_of_the_gate() -> None:
    found = grounded(rows(*[1.0] * 97, 0.5, 0.5, 0.1))
    assert found.passed
    assert found.figures["value"] == 0.99
    assert found.figures["n"] == 100
    assert "99.00%" in found.sentence


def test_fails_when_too_many_are_below_and_the_unjudged_count_as_below() -> None:
    found = grounded(rows(*[1.0] * 18, 0.2, None))
    assert not found.passed
    assert found.figures["value"] == 0.9


def test_other_kinds_are_not_counted() -> None:
    found = grounded(rows(0.0, 0.0, kind="persona"))
    assert found.passed
    assert found.figures["n"] == 0
