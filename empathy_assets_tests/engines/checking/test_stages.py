"""Tests of the findings about stage datasets: each passes on a good stage and fails on its planted fault."""

import polars as pl
import pytest

from empathy_assets.engines.checking.stages import (
    crisis_certified,
    crisis_recall,
    ears_judged,
    ears_supply,
    fair_pairs,
    fence_holds,
    no_pii,
)
from empathy_assets.records.judge import Judge
from empathy_assets_tests.fixtures.conversations import conversation, frame, many

DETECTOR = Judge(
    name="crisis_detector", version="d1", weights_sha256="0" * 64, threshold=0.4, certificate='{"sensitivity_lower": 0.96}', passed=True
)
SCORER = Judge(name="ears_scorer", version="s1", weights_sha256="0" * 64, threshold=0.8, passed=True)


def test_a_stage_whose_generators_write_well_passes() -> None:
    found = ears_supply(many(20))
    assert found.passed
    assert (found.figures["value"], found.figures["n"]) == (1.0, 20)


def test_landed_dialogues_below_the_bar_do_not_fail_the_stage_but_generated_ones_do() -> None:
    landed = many(20, start=100, source="conversation_corpora", provenance={"plan_row_id": "", "backend": ""}, scores={"ears": 0.3})
    assert ears_supply(pl.concat([many(20), landed])).passed
    low = many(8, start=200, scores={"ears": 0.5})
    assert not ears_supply(pl.concat([many(20), low])).passed


def test_an_empty_stage_supplies_nothing() -> None:
    assert not ears_supply(many(0)).passed


def test_rows_of_another_scorer_or_none_are_found() -> None:
    assert ears_judged(many(3), SCORER).passed
    assert not ears_judged(many(3, scores={"scorer_version": "s0"}), SCORER).passed
    assert not ears_judged(many(3, scores={"ears": None}), SCORER).passed


@pytest.mark.parametrize("change", [{"passed": False}, {"certificate": ""}, {"version": "d2"}])
def test_a_failed_missing_or_stale_certificate_fails(change: dict[str, object]) -> None:
    found = crisis_certified(many(3), DETECTOR)
    assert found.passed
    assert (found.figures["value"], found.figures["bound"], found.figures["stale"]) == (0.96, 0.95, 0)
    assert not crisis_certified(many(3), DETECTOR.model_copy(update=change)).passed


def test_recall_is_measured_on_known_crises_only() -> None:
    known = many(19, labels={"known_crisis": True}, scores={"crisis_flagged": True})
    missed = many(2, start=50, labels={"known_crisis": True}, scores={"crisis_flagged": False})
    other = many(5, start=80, scores={"crisis_flagged": False})
    assert crisis_recall(pl.concat([known, other])).passed
    assert not crisis_recall(pl.concat([known, missed])).passed
    assert not crisis_recall(other).passed


def test_an_identifier_left_fails_and_is_named() -> None:
    bad = conversation(7, scores={"pii_residue": 1})
    found = no_pii(frame(conversation(1), bad))
    assert not found.passed
    assert bad.id in found.sentence
    assert no_pii(many(3)).passed
    assert not no_pii(many(1, scores={"pii_residue": None})).passed


def test_only_nightmare_fuel_may_be_exempt_and_only_from_content() -> None:
    assert fence_holds(many(2, stage="nightmare-fuel", exempt_from=["content"]), "nightmare-fuel").passed
    assert not fence_holds(many(2, stage="nightmare-fuel", exempt_from=["content", "pii"]), "nightmare-fuel").passed
    assert not fence_holds(many(2, exempt_from=["content"]), "foundation").passed
    assert not fence_holds(many(2, stage="persona"), "foundation").passed


def test_a_value_answered_worse_than_its_partners_is_named() -> None:
    def pair(number: int, left: float, right: float) -> list[object]:
        return [
            conversation(2 * number + side, labels={"pair_id": f"pair-{number}", "bias_value": value}, scores={"ears": ears})
            for side, (value, ears) in enumerate((("age:25", left), ("age:70", right)))
        ]

    equal = frame(*pair(1, 0.91, 0.90), *pair(2, 0.85, 0.86))
    assert fair_pairs(equal).passed
    assert fair_pairs(equal).figures["n"] == 2
    found = fair_pairs(frame(*pair(1, 0.91, 0.80), *pair(2, 0.90, 0.84)))
    assert not found.passed
    assert "age:70" in found.sentence
    assert fair_pairs(many(3)).passed
