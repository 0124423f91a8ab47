"""Tests that every check of a stage blocks, but for notes on quality."""

import pytest

from empathy_assets.defs.stages.checks import expertise_checks, foundation_checks, nightmare_fuel_checks, persona_checks

COMMON = {"rows", "schema", "schema_version", "licence", "pii", "fence", "ears", "ears_judged", "crisis_sensitivity"}

NOTES = {"fair_pairs", "in_voice"}
"""Statistics over a stage: they warn."""


@pytest.mark.parametrize("checks", [foundation_checks, expertise_checks, persona_checks, nightmare_fuel_checks])
def test_every_check_blocks_and_ears_and_crisis_are_among_them(checks) -> None:
    names = {spec.name for spec in checks.check_specs}
    assert names >= COMMON
    assert {spec.name for spec in checks.check_specs if not spec.blocking} <= NOTES


def test_recall_on_known_crises_is_measured_behind_the_fence() -> None:
    assert "crisis_recall" in {spec.name for spec in nightmare_fuel_checks.check_specs}
