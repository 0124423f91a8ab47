"""Tests of cues: rolling captions, speakers, sentences, passages."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.cues import Cue, Talk, deroll, is_rolling, plain_line, said, talks, with_speakers
from empathy_assets_tests.engines.reading.samples import SENTENCES

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


def test_word_by_word_captions_keep_the_last_state():
    assert [c.text for c in deroll([Cue(0, 1, ("the",)), Cue(1, 2, ("the lamp",)), Cue(2, 3, ("the lamp burned",))])] == ["the lamp burned"]


def test_edited_subtitles_are_not_rolling():
    assert not is_rolling([Cue(i, i + 1, (line,)) for i, line in enumerate(_LINES)])
    assert not is_rolling([])


def test_names_hold_until_the_next_name():
    cues = with_speakers([Cue(0, 1, ("Ann: Hello.",)), Cue(1, 2, ("How are you?",)), Cue(2, 3, ("Bo: Fine.",)), Cue(3, 4, ("Ann: Good.",))])
    assert [(c.speaker, c.text) for c in cues] == [("Ann", "Hello."), ("Ann", "How are you?"), ("Bo", "Fine."), ("Ann", "Good.")]
    brackets = with_speakers([Cue(0, 1, ("[Ann Lee]: a",)), Cue(1, 2, ("[Ann Lee]: b",))])
    assert [c.speaker for c in brackets] == ["Ann Lee", "Ann Lee"]


def test_a_colon_in_talk_is_no_speaker():
    cues = [Cue(0, 1, ("I told him this.",)), Cue(1, 2, ("Remember: it takes time.",)), Cue(2, 3, ("And so on.",))]
    assert with_speakers(cues) == cues


def test_sentences_get_the_times_of_their_cues():
    found = said([Cue(0, 2, ("The lamp burned all",)), Cue(2, 4, ("night. Nobody put",)), Cue(4, 6, ("it out.",))])
    assert [(s.text, s.start, s.end) for s in found] == [("The lamp burned all night.", 0, 4), ("Nobody put it out.", 2, 6)]


def test_unpunctuated_speech_is_cut_at_pauses():
    found = said([Cue(0, 2, ("the lamp burned all night",)), Cue(4, 6, ("i put it out",))])
    assert [s.text for s in found] == ["The lamp burned all night.", "I put it out."]


def test_passages_keep_speaker_and_time_and_leave_back_channels_out():
    cues = []
    for i in range(24):
        cues.append(Cue(i * 5.0, i * 5.0 + 5, (SENTENCES[i % 8],), "Ann"))
        if i == 3:
            cues.append(Cue(i * 5.0 + 4, i * 5.0 + 5, ("Mm-hmm.",), "Bo"))
    cues.append(Cue(200, 205, (SENTENCES[0],), "Bo"))
    *found, dropped = talks(cues)
    assert dropped == 1
    assert all(isinstance(t, Talk) for t in found)
    assert {t.speaker for t in found} == {"Ann", "Bo"}
    ann = [t for t in found if t.speaker == "Ann"]
    assert all(60 <= len(t.text.split()) <= 240 for t in ann)
    assert ann[0].start == 0.0
    assert found[-1].end == 205


def test_plain_line():
    assert plain_line("&nbsp;[Music] hello ♪ there") == "hello there"


@given(st.lists(st.tuples(st.floats(0, 100), st.text(max_size=30)), max_size=12))
def test_any_cues_give_passages(items):
    cues = [Cue(start, start + 1, (text,)) for start, text in items if text.strip()]
    words = sum(isinstance(t, Talk) for t in talks(with_speakers(deroll(cues))))
    assert words >= 0
