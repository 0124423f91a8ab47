"""The brief: a voice in words, without its name or its sentences."""

from empathy_assets.engines.generating.voices.brief import voice_brief
from empathy_assets.engines.generating.voices.landed import voices_of
from empathy_assets_tests.fixtures.voices import PILOT, TAILOR, bare, passages, talk


def test_a_brief_tells_beat_images_and_words() -> None:
    voices = voices_of(passages(harbour_pilot=talk(PILOT), brisk_tailor=talk(TAILOR))).profiles
    said = voice_brief(voices["harbour-pilot"])
    assert "sentences of about 2" in said
    assert "full forms" in said
    assert "a boat" in said
    assert "pilot" not in said.split("Words it returns to")[0]
    assert not any(sentence in said for sentence in PILOT)
    assert "contractions" in voice_brief(voices["brisk-tailor"])


def test_a_brief_leaves_out_what_was_not_heard() -> None:
    voices = voices_of(passages(harbour_pilot=bare(talk(PILOT)))).profiles
    assert "sentences of about" not in voice_brief(voices["harbour-pilot"])
