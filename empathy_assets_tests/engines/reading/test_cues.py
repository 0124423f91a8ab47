"""Tests of cues: marks, rolling captions, speakers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.cues import Cue, deroll, is_rolling, plain_line, trimmed, unrolled, with_speakers, without_credits

_LINES = ["the lamp on the porch", "burned all night because", "nobody wanted to be the one", "who put it out at last"]


def rolling():
    cues = []
    for i, line in enumerate(_LINES):
        before = (_LINES[i - 1],) if i else ()
        cues += [Cue(2.0 * i, 2.0 * i + 1.99, (*before, line)), Cue(2.0 * i + 1.99, 2.0 * i + 2.0, (line,))]
    return cues


def test_rolling_captions_show_every_line_once():
    assert is_rolling(rolling())
    found = deroll(rolling())
    assert [c.text for c in found] == _LINES
    assert [c.start for c in found] == [0.0, 2.0, 4.0, 6.0]


def test_lines_shown_twice_roll_and_lines_shown_again_and_again_do_not():
    twice = [Cue(float(i), i + 1.0, (line,)) for i, line in enumerate(x for line in _LINES for x in (line, line))]
    assert [c.text for c in unrolled(twice)] == _LINES
    assert not is_rolling([Cue(float(i), i + 1.0, ("so what is it",)) for i in range(9)])


def test_word_by_word_captions_keep_the_last_state():
    assert [c.text for c in deroll([Cue(0, 1, ("the",)), Cue(1, 2, ("the lamp",)), Cue(2, 3, ("the lamp burned",))])] == ["the lamp burned"]


def test_scrolling_captions_flattened_to_one_line_show_every_word_once():
    flat = [Cue(2.0 * i, 2.0 * i + 2, (f"{a} {b}",)) for i, (a, b) in enumerate(pairwise([*_LINES, "and so", "to bed"]))]
    assert " ".join(c.text for c in unrolled(flat)) == " ".join([*_LINES, "and so", "to bed"])
    assert [c.text for c in trimmed([Cue(0, 1, ("a b",)), Cue(1, 2, ("a b",)), Cue(2, 3, ("b c",))])] == ["a b", "c"]


def test_edited_subtitles_are_not_rolling():
    edited = [Cue(i, i + 1, (line,)) for i, line in enumerate(_LINES)]
    assert not is_rolling(edited)
    assert not is_rolling([])
    assert unrolled(edited) == edited
    said_twice = [Cue(i, i + 1, ("what is it now",)) for i in range(4)]
    assert trimmed(said_twice[:1]) == said_twice[:1]


def test_names_hold_until_the_next_name():
    cues = with_speakers([Cue(0, 1, ("Ann: Hello.",)), Cue(1, 2, ("How are you?",)), Cue(2, 3, ("Bo: Fine.",)), Cue(3, 4, ("Ann: Good.",))])
    assert [(c.speaker, c.text) for c in cues] == [("Ann", "Hello."), ("Ann", "How are you?"), ("Bo", "Fine."), ("Ann", "Good.")]
    brackets = with_speakers([Cue(0, 1, ("[Ann Lee]: a",)), Cue(1, 2, ("[Ann Lee]: b",))])
    assert [c.speaker for c in brackets] == ["Ann Lee", "Ann Lee"]


@pytest.mark.parametrize(
    "name",
    ["Dr. Lee", "Ann M. Lee, Ph.D", "Zoë van der Berg", "SPEAKER_00", "speaker 1", "JOHN", "O’Neil", "Ann (host)"],
)
def test_names_of_many_forms(name):
    cues = with_speakers([Cue(0, 1, (f"{name}: We waited.",)), Cue(1, 2, (f"{name}: A while.",))])
    assert [c.text for c in cues] == ["We waited.", "A while."]
    assert {c.speaker for c in cues} == {name.removesuffix(" (host)")}


def test_two_speakers_in_one_caption():
    cues = with_speakers(
        [Cue(0, 2, ("Ann: Are you", "there?", "Bo: I am.")), Cue(2, 3, ("Ann:", "Good.")), Cue(3, 4, ("[SPEAKER_01] Yes.",))]
    )
    assert [(c.speaker, c.text) for c in cues] == [("Ann", "Are you there?"), ("Bo", "I am."), ("Ann", "Good."), ("SPEAKER_01", "Yes.")]


def test_names_in_brackets_without_a_colon_count_where_they_recur():
    cues = with_speakers([Cue(0, 1, ("[Ann] So you left.",)), Cue(1, 2, ("[Bo Lee] I did.",)), Cue(2, 3, ("[Ann] I see.",))])
    assert [(c.speaker, c.text) for c in cues] == [("Ann", "So you left."), ("Bo Lee", "I did."), ("Ann", "I see.")]


def test_captions_that_grow_word_by_word_show_every_word_once():
    grown = ["so today", "so today we rest", "we rest at home", "at home with friends", "with friends of ours"]
    found = unrolled([Cue(float(i), i + 1.0, (text,)) for i, text in enumerate(grown)])
    assert " ".join(c.text for c in found) == "so today we rest at home with friends of ours"


def test_capitals_named_once_each_are_speakers():
    cues = with_speakers([Cue(0, 1, ("So it began.",)), Cue(1, 2, ("JOHN: I see.",)), Cue(2, 3, ("MARY: So do I.",))])
    assert [c.speaker for c in cues] == ["", "JOHN", "MARY"]


def test_a_colon_in_talk_is_no_speaker():
    cues = [Cue(0, 1, ("I told him this.",)), Cue(1, 2, ("Remember: it takes time.",)), Cue(2, 3, ("Remember: and so on.",))]
    assert with_speakers(cues) == cues
    lone = [Cue(0, 1, ("I said:",)), Cue(1, 2, ("Patience: that is all.",))]
    assert with_speakers(lone) == lone


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("&nbsp;[Music] hello ♪ there", "hello there"),
        ("(audience laughs) so (as I said) we left", "so (as I said) we left"),
        ("*sighs* it is *so* late [ __ ]", "it is *so* late"),
        ("[inaudible 00:12:34] and then [00:12] we [the two of us] left", "and then we [the two of us] left"),
        ("it was (2019) then [BLANK_AUDIO]", "it was (2019) then"),
        (">> yes. >> no.", "yes. no."),
        ("- Were you?", "Were you?"),
        ("&lt;i&gt;well&lt;/i&gt; &amp; good", "well & good"),
        ("&gt;&gt; I <3 you -- truly", "I <3 you -- truly"),
        ("[Ann]: well", "[Ann]: well"),
    ],
)
def test_marks_go_and_words_stay(line, plain):
    assert plain_line(line) == plain


def test_credits_are_told_from_talk():
    cues = [Cue(0, 1, ("Subtitles by a friend",)), Cue(1, 2, ("We met.",)), Cue(2, 3, ("[Transcribed by https://example.org]",))]
    said, makers = without_credits(cues)
    assert [c.text for c in said] == ["We met."]
    assert len(makers) == 2


@given(st.lists(st.tuples(st.floats(0, 100), st.lists(st.text("ab: \n[]A♪*", max_size=12), max_size=3)), max_size=12))
def test_any_cues_keep_their_order_and_words(items):
    cues = [Cue(start, start + 1, tuple(lines)) for start, lines in sorted(items) if any(lines)]
    for found in (unrolled(cues), with_speakers(cues)):
        assert [c.start for c in found] == sorted(c.start for c in found)
        assert {w for c in found for w in c.text.split()} <= {w for c in cues for w in c.text.split()}
