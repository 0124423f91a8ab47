"""Profiles: what is read off a voice's passages, and what is too little to read."""

import json
from collections import Counter

from empathy_assets.engines.generating.voices.profile import Refused, VoiceProfile, characteristic, voice_profile
from empathy_assets.engines.generating.voices.words import words_of
from empathy_assets_tests.fixtures.voices import PILOT, TAILOR, bare, talk

TAILOR_WORDS = Counter(w for text in talk(TAILOR) for w in words_of(text))


def profile(texts: list[str], voice: str = "harbour-pilot") -> VoiceProfile:
    found = voice_profile(texts, voice, TAILOR_WORDS)
    assert isinstance(found, VoiceProfile)
    return found


def test_a_voice_has_its_words_images_and_openers() -> None:
    found = profile(talk(PILOT))
    words = [w for w, _ in found.vocabulary]
    assert {"shore", "boat"} <= set(words)
    assert "needle" not in words
    assert {"a boat", "a tide", "an anchor"} <= set(found.images)
    assert found.openers[0] in {"on the one hand,", "perhaps"}
    assert found.similes == ()
    assert "grief is a tide" in found.metaphors
    assert (found.texts, found.words) == (len(talk(PILOT)), sum(len(words_of(t)) for t in talk(PILOT)))


def test_a_voice_without_punctuation_keeps_words_and_images() -> None:
    found, whole = profile(bare(talk(PILOT))), profile(talk(PILOT))
    assert found.images == whole.images
    assert found.vocabulary == whole.vocabulary
    assert found.openers == ("on the one hand,",)


def test_too_little_is_refused_with_a_reason() -> None:
    found = voice_profile(PILOT[:2], "harbour-pilot")
    assert isinstance(found, Refused)
    assert "harbour-pilot" in found.reason
    assert "at least 400 expected" in found.reason
    assert isinstance(voice_profile([], "x"), Refused)


def test_the_signature_is_of_the_voice_alone() -> None:
    first = profile(talk(PILOT))
    assert profile(talk(PILOT)[::-1]).signature == first.signature
    unlike = voice_profile(talk(PILOT), "harbour-pilot", None)
    assert isinstance(unlike, VoiceProfile)
    assert unlike.signature == first.signature
    assert profile([*talk(PILOT), "One more sentence."]).signature != first.signature
    assert profile(talk(PILOT), "another").signature != first.signature


def test_log_odds_favour_what_is_said_here_and_not_there() -> None:
    z = characteristic({"sea": 30, "the": 100, "thread": 1}, {"sea": 1, "the": 100, "thread": 30})
    assert z["sea"] > 1.96 > abs(z["the"])
    assert z["thread"] < -1.96
    assert set(characteristic({"sea": 3}, {}).values()) == {0.0}


def test_a_profile_comes_back_from_json_as_it_was() -> None:
    profile = voice_profile(talk(TAILOR), "tailor")
    assert isinstance(profile, VoiceProfile)
    again = VoiceProfile.from_json(json.loads(json.dumps(profile.as_json())))
    assert again == profile
    assert again.frequencies.tobytes() == profile.frequencies.tobytes()
    assert list(again.counts.items()) == list(profile.counts.items())
