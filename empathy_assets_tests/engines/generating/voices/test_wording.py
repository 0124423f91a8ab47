"""Wording: a turn in the words a voice prefers, quoted speech left alone."""

from dataclasses import replace

from empathy_assets.engines.generating.voices.profile import VoiceProfile, voice_profile
from empathy_assets.engines.generating.voices.wording import worded
from empathy_assets_tests.fixtures.voices import PILOT, talk


def voice(**counts: int) -> VoiceProfile:
    found = voice_profile(talk(PILOT), "harbour-pilot")
    assert isinstance(found, VoiceProfile)
    return replace(found, signature=str(sorted(counts.items())), counts=counts)


def test_a_turn_is_said_in_the_preferred_words() -> None:
    speaker = voice(perhaps=9, maybe=1, everyone=4)
    assert worded("Maybe everybody knows it, maybe not.", speaker) == "Perhaps everyone knows it, perhaps not."


def test_quoted_speech_and_equal_habits_stay() -> None:
    assert worded('You said "maybe" and maybe more.', voice(perhaps=9)) == 'You said "maybe" and perhaps more.'
    assert worded("Maybe, or perhaps.", voice(perhaps=5, maybe=4)) == "Maybe, or perhaps."


def test_shall_is_said_after_i_and_we_alone() -> None:
    assert worded("I'll wait, and you will see what we will do.", voice(shall=8)) == "I shall wait, and you will see what we shall do."
    assert worded("I'll wait.", voice(will=8)) == "I'll wait."


def test_a_little_lamp_is_no_bit_lamp() -> None:
    speaker = voice(bit=9, little=1)
    assert worded("It is a little lighter, a little.", speaker) == "It is a bit lighter, a bit."
    assert worded("A little lamp stood there, a little one.", speaker) == "A little lamp stood there, a little one."
