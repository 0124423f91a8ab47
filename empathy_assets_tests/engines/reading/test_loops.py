"""Tests of decoder loops."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.cues import Cue
from empathy_assets.engines.reading.loops import loops, without_loops


def cues(*texts):
    return [Cue(float(i), i + 1.0, (text,)) for i, text in enumerate(texts)]


def test_a_loop_is_told_by_its_sequences():
    assert loops("the report is ready to be told " * 20)
    assert not loops(" ".join(f"word{i}" for i in range(60)))
    assert not loops("no no no no")


def test_repeated_segments_stay_once():
    kept, problems = without_loops(cues("Then it rained.", *["So what is it?"] * 4, "We left."))
    assert [c.text for c in kept] == ["Then it rained.", "So what is it?", "We left."]
    assert [(p.reason, p.position) for p in problems] == [("whisper-loop", "2.0-5.0 s")]


def test_segments_that_repeat_in_turn_stay_once():
    kept, problems = without_loops(cues(*["I see you.", "Do you see me?"] * 3, "We left."))
    assert [c.text for c in kept] == ["I see you.", "Do you see me?", "We left."]
    assert problems[0].position == "2.0-6.0 s"


def test_a_segment_that_loops_inside_itself_goes():
    kept, problems = without_loops(cues("We left.", "and the hill and the hill " * 12))
    assert [c.text for c in kept] == ["We left."]
    assert len(problems) == 1


def test_what_people_say_twice_or_in_single_words_stays():
    said = cues("I mean it.", "I mean it.", "No.", "No.", "No.", "No.")
    assert without_loops(said) == (said, [])


@given(st.lists(st.sampled_from(["a b", "c d", "e"]), max_size=14))
def test_nothing_is_dropped_without_a_word(texts):
    kept, problems = without_loops(cues(*texts))
    assert (len(kept) == len(texts)) == (not problems)
    assert {c.text for c in kept} == set(texts)
