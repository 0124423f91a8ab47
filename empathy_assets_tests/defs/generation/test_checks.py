"""Tests of what the checks of generation block on."""

from empathy_assets.defs.generation.checks import bias_samples_checks, generation_plan_checks
from empathy_assets_tests.conftest import Built


def test_incomplete_or_unmatched_pairs_block_and_shortfalls_warn() -> None:
    assert {s.name: s.blocking for s in bias_samples_checks.check_specs} == {
        "complete": True,
        "licence": True,
        "repeated_sentences": False,
        "diverse": False,
        "pairs": True,
        "matched": True,
    }
    assert not any(spec.blocking for spec in generation_plan_checks.check_specs)


def test_the_plan_of_a_build_passed(built: Built) -> None:
    assert "generation_plan.minima" not in built.result.failed_warnings
    assert "generation_plan.covers_target" not in built.result.failed_warnings
