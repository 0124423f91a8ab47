"""Cadence: measured, compared and imposed."""

import dataclasses

import numpy as np
import pytest

from empathy_assets.engines.generating.voices.cadence import MEASURES, cadence, spoken, standardised
from empathy_assets_tests.fixtures.voices import PILOT, TAILOR, bare

PILOT_BEAT, TAILOR_BEAT = cadence(PILOT), cadence(TAILOR)


def test_long_and_brisk_voices_are_told_apart() -> None:
    assert PILOT_BEAT.sentence_words is not None
    assert TAILOR_BEAT.sentence_words is not None
    assert PILOT_BEAT.sentence_words > 18 > 7 > TAILOR_BEAT.sentence_words
    assert TAILOR_BEAT.question_share is not None
    assert TAILOR_BEAT.question_share > 0.1
    assert (PILOT_BEAT.we > TAILOR_BEAT.we, PILOT_BEAT.you < TAILOR_BEAT.you, PILOT_BEAT.contractions) == (True, True, 0.0)
    assert len(PILOT_BEAT.deciles) == 9


def test_without_punctuation_sentences_have_no_figures() -> None:
    found = cadence(bare(TAILOR))
    assert (found.sentence_words, found.short_share, found.question_share, found.deciles) == (None, None, None, ())
    assert found.you == pytest.approx(TAILOR_BEAT.you)
    assert np.isnan(standardised([found])[0, :3]).all()


def test_standard_figures_set_the_voices_apart() -> None:
    found = standardised([PILOT_BEAT, TAILOR_BEAT])
    assert found.shape == (2, len(MEASURES))
    assert np.isfinite(found).all()
    assert np.abs(found[0] - found[1]).max() > 2


def test_full_forms_for_a_voice_that_does_not_contract() -> None:
    said = "It's late and you can't stop; don't you see? That's been hard. He said \"I can't\" twice."
    calm = dataclasses.replace(PILOT_BEAT, sentence_words=None)
    assert spoken(said, calm) == "It is late and you cannot stop; don't you see? That has been hard. He said \"I can't\" twice."
    assert spoken(said, dataclasses.replace(TAILOR_BEAT, sentence_words=14.0)) == said


def test_a_brisk_voice_divides_and_a_long_one_joins() -> None:
    said = "You came back; that took something. You sat down, and you stayed."
    assert spoken(said, TAILOR_BEAT) == "You came back. That took something. You sat down. And you stayed."
    long = dataclasses.replace(PILOT_BEAT, contractions=5.0)
    assert spoken("That was hard. You stayed. Marta left. I saw it.", long) == "That was hard; you stayed. Marta left; I saw it."
    assert spoken("Is it late? You stayed.", long) == "Is it late? You stayed."
