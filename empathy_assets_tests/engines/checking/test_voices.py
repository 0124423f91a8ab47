"""Tests of the findings about voices."""

import polars as pl

from empathy_assets.engines.checking.voices import in_voice
from empathy_assets_tests.fixtures.conversations import many


def persona(voice: str, match: float | None, count: int = 30, start: int = 0, signature: str = "v-1") -> pl.DataFrame:
    labels = {"kind": "persona", "persona_id": voice, "voice_signature": signature}
    return many(count, start=start, stage="persona", labels=labels, scores={"style_match": match})


def test_voices_that_are_heard_pass_with_figures_of_each() -> None:
    found = in_voice(pl.concat([persona("pilot", 0.9), persona("tailor", 0.8, start=100), many(3, start=200)]))
    assert found.passed
    assert (found.figures["n"], found.figures["value"], found.figures["tailor_match"]) == (60, 1.0, 0.8)
    assert "pilot 100% of 30" in found.sentence


def test_one_blurred_voice_fails_beside_a_clear_one() -> None:
    found = in_voice(pl.concat([persona("pilot", 0.95, 200), persona("tailor", 0.3, start=1000)]))
    assert not found.passed
    assert found.figures["tailor_own_first"] == 0.0


def test_a_lukewarm_voice_fails_though_it_wins() -> None:
    assert not in_voice(persona("pilot", 0.55)).passed


def test_a_handful_is_reported_and_not_judged() -> None:
    found = in_voice(persona("pilot", 0.3, count=3))
    assert found.passed
    assert found.figures["pilot_own_first"] == 0.0


def test_a_conversation_without_signature_or_score_fails() -> None:
    assert not in_voice(persona("pilot", 0.9, signature="")).passed
    found = in_voice(persona("pilot", None))
    assert not found.passed
    assert "pilot" in found.sentence


def test_nothing_in_a_voice_is_nothing_wrong() -> None:
    assert in_voice(many(2)).passed
