"""Style match: the right voice wins, on text it was not read from, with the words that say so."""

import numpy as np
import pytest

from empathy_assets.engines.generating.voices.landed import voices_of
from empathy_assets.engines.generating.voices.match import Matcher, style_match
from empathy_assets_tests.fixtures.voices import PILOT, TAILOR, bare, passages, talk

HELD_OUT = 5
VOICES = voices_of(passages(harbour_pilot=talk(PILOT[HELD_OUT:], 4), brisk_tailor=talk(TAILOR[HELD_OUT:], 6)))
PILOT_VOICE, TAILOR_VOICE = VOICES.profiles["harbour-pilot"], VOICES.profiles["brisk-tailor"]
SAID = [" ".join(PILOT[:HELD_OUT]), " ".join(TAILOR[:HELD_OUT])]


@pytest.mark.parametrize("texts", [SAID, bare(SAID)])
def test_held_out_text_is_nearest_to_its_voice(texts: list[str]) -> None:
    scores = Matcher([PILOT_VOICE, TAILOR_VOICE], VOICES.general).scores(texts)
    assert scores.shape == (2, 2)
    assert scores.argmax(axis=1).tolist() == [0, 1]
    assert ((scores > 0.5).sum(axis=1) == 1).all()


def test_one_voice_alone_is_held_against_general_speech() -> None:
    scores = Matcher([PILOT_VOICE], VOICES.general).scores(
        [SAID[0], "You've told me so much, and it must be hard. What helps you at night?"]
    )
    assert scores[0, 0] > 0.9
    assert scores[0, 0] - scores[1, 0] > 0.2


def test_evidence_names_words_and_images() -> None:
    found = style_match(SAID, PILOT_VOICE, [TAILOR_VOICE], VOICES.general)
    assert found[0].score > 0.8 > 0.2 > found[1].score
    assert {"sea", "anchor"} <= set(found[0].words)
    assert "an anchor" in found[0].images
    assert found[1].images == ()


def test_empty_text_is_borne_and_scores_are_repeatable() -> None:
    matcher = Matcher([PILOT_VOICE, TAILOR_VOICE], VOICES.general)
    scores = matcher.scores(["", *SAID])
    assert np.isfinite(scores).all()
    assert (matcher.scores(["", *SAID]) == scores).all()
