"""Tests of speech: sentences, estimated times, passages."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.cues import Cue
from empathy_assets.engines.reading.speech import Talk, paced, said, talks
from empathy_assets_tests.engines.reading.samples import SENTENCES


def test_sentences_get_the_times_of_their_cues():
    found = said([Cue(0, 2, ("The lamp burned all",)), Cue(2, 4, ("night . Nobody put",)), Cue(4, 6, ("it out.",))])
    assert [(s.text, s.start, s.end) for s in found] == [("The lamp burned all night.", 0, 4), ("Nobody put it out.", 2, 6)]


def test_unpunctuated_speech_is_cut_at_pauses():
    found = said([Cue(0, 2, ("the lamp burned all night",)), Cue(4, 6, ("i put it out",))])
    assert [(s.text, s.start, s.end) for s in found] == [("The lamp burned all night.", 0, 2), ("I put it out.", 4, 6)]


def test_unpunctuated_speech_is_cut_where_sentences_open_not_where_lines_end():
    lines = [
        "i had been thinking about the garden all of",
        "the winter so i went out and looked at",
        "the trees and i was glad of them it was",
        "cold but we stayed",
    ]
    found = said([Cue(2.0 * i, 2.0 * i + 2, (line,)) for i, line in enumerate(lines)])
    assert [s.text for s in found] == [
        "I had been thinking about the garden all of the winter.",
        "So I went out and looked at the trees.",
        "And I was glad of them it was cold but we stayed.",
    ]
    assert [(s.start, s.end) for s in found] == [(0, 4), (2, 6), (4, 8)]


def test_restored_sentences_are_never_longer_than_speech():
    found = said([Cue(float(i), i + 1.0, ("stone water wind",)) for i in range(40)])
    assert all(len(s.text.split()) <= 32 for s in found)
    assert sum(len(s.text.split()) for s in found) == 120


def test_times_inside_long_turns_are_estimated():
    found = paced([Cue(10, 70, (f"{SENTENCES[0]} {SENTENCES[1]}",), "Ann"), Cue(70, 70, ("That is all I wanted to say.",), "Bo")])
    assert [c.speaker for c in found] == ["Ann", "Ann", "Bo"]
    assert found[0].start == 10
    assert 38 < found[0].end == found[1].start < 42
    assert found[1].end == 70
    assert found[2].end == 72.8
    assert paced([Cue(0, 0, ("one two three four five",)), Cue(1, 2, ("six",))])[0].end == 1


def test_passages_keep_speaker_and_time_and_leave_back_channels_out():
    cues = []
    for i in range(24):
        cues.append(Cue(i * 5.0, i * 5.0 + 5, (SENTENCES[i % 8],), "Ann"))
        if i == 3:
            cues.append(Cue(i * 5.0 + 4, i * 5.0 + 5, ("Mm-hmm.",), "Bo"))
    cues.append(Cue(200, 205, (SENTENCES[0],), "Bo"))
    *given, dropped = talks(cues)
    found = [talk for talk in given if isinstance(talk, Talk)]
    assert dropped == 1
    assert len(found) == len(given)
    assert {t.speaker for t in found} == {"Ann", "Bo"}
    ann = [t for t in found if t.speaker == "Ann"]
    assert all(60 <= len(t.text.split()) <= 240 for t in ann)
    assert ann[0].start == 0.0
    assert found[-1].end == 205


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 60), st.text("abi .,'I\n", max_size=40)), max_size=12))
def test_any_cues_give_ordered_passages_with_all_their_words(items):
    cues = [Cue(start, start + length, (text,)) for start, length, text in sorted(items) if text.strip()]
    *given, dropped = talks(paced(cues))
    found = [talk for talk in given if isinstance(talk, Talk)]
    assert dropped == 0
    assert len(found) == len(given)
    assert all(t.start <= t.end for t in found)
    letters = [c for cue in cues for c in cue.text.lower() if c.isalpha()]
    assert [c for t in found for c in t.text.lower() if c.isalpha()] == letters
