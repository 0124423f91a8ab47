"""Tests of the style match of conversations."""

from empathy_assets.engines.staging.voicing import with_style_match
from empathy_assets_tests.fixtures.conversations import conversation, frame
from empathy_assets_tests.fixtures.voices import PILOT, TAILOR, passages, talk

PASSAGES = passages(harbour_pilot=talk(PILOT), brisk_tailor=talk(TAILOR))


def in_the_voice_of(voice: str, number: int, said: list[str]):
    turns = [t for i, line in enumerate(said) for t in (("user", f"This is week {number}, line {i}."), ("assistant", line))]
    return conversation(number, stage="persona", turns=turns, labels={"kind": "persona", "persona_id": voice})


def test_the_score_says_whose_voice_is_heard() -> None:
    rows = frame(
        in_the_voice_of("harbour-pilot", 1, PILOT[:4]),
        in_the_voice_of("harbour-pilot", 2, TAILOR[:6]),
        in_the_voice_of("never-landed", 3, PILOT[:4]),
        conversation(4),
    )
    found = with_style_match(rows, PASSAGES)
    scores = found["scores"].struct.field("style_match").to_list()
    assert scores[0] > 0.8
    assert scores[1] < 0.2
    assert scores[2:] == [None, None]
    assert found.schema == rows.schema
    assert found["scores"].struct.field("ears").to_list() == [0.9] * 4


def test_conversations_without_voices_need_no_passages() -> None:
    rows = frame(conversation(1))
    assert with_style_match(rows, PASSAGES.clear()).equals(rows)
