"""Tests of WebVTT and SubRip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.subtitles import is_script, is_vtt, looks_timed, parse, script, seconds

_VTT = """WEBVTT - a talk
Kind: captions

STYLE
::cue { color: red }

NOTE
not a cue

1
00:01.500 --> 00:03.000 align:start
Hello <00:02.000><c> there</c>

00:00:03.000 --> 00:00:04,000
<v Ann>I am <i>here</i> &amp; well
"""


def test_vtt():
    cues, problems = parse(_VTT)
    assert is_vtt(_VTT)
    assert not problems
    assert [(c.start, c.end, c.text, c.speaker) for c in cues] == [(1.5, 3.0, "Hello there", ""), (3.0, 4.0, "I am here & well", "Ann")]


def test_srt_with_a_lost_timing_and_without_blank_lines():
    cues, problems = parse(
        "1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:02,000 --> 00:00:03,000\nTwo\nmore\n\n"
        "3\nThree\n\n4\n00:00:04,000 --> 00:00:05,000\n{\\an8}<font color=red>Four</font>\n"
    )
    assert [c.text for c in cues] == ["One", "Two more", "Four"]
    assert [(p.reason, p.position) for p in problems] == [("bad-cue", "line 9")]


def test_times_as_meeting_services_write_them():
    cues, _ = parse("WEBVTT\n\n0:0:0.0 --> 0:0:2.57\n<v Ann Lee>I see.</v>\n\n0:1:02 --> 0:1:04.5\n<v Bo>Do you?</v>\n")
    assert [(c.start, c.end, c.speaker, c.text) for c in cues] == [(0.0, 2.57, "Ann Lee", "I see."), (62.0, 64.5, "Bo", "Do you?")]


def test_two_voices_in_one_cue():
    cues, _ = parse("WEBVTT\n\n00:01.000 --> 00:03.000\n<v.loud Ann>It is <lang fr>late</lang>!\n<v Bo>No.\n")
    assert [(c.speaker, c.text, c.start) for c in cues] == [("Ann", "It is late!", 1.0), ("Bo", "No.", 1.0)]


def test_subviewer():
    cues, problems = parse("0:00:00.378,0:00:11.378\nOne\n\n0:00:11.378,0:00:12.305\n\n0:00:13.489,0:00:15.489\nTwo[br]three\n")
    assert not problems
    assert [(c.start, c.end, c.lines) for c in cues if c.lines] == [(0.378, 11.378, ("One",)), (13.489, 15.489, ("Two", "three"))]


def test_text_after_an_empty_line_goes_on_in_subrip_and_is_told_in_webvtt():
    cues, problems = parse("1\n00:00:01,000 --> 00:00:02,000\nOne\n\nand more\n\n2\n\n3\n00:00:04,000 --> 00:00:05,000\nTwo\n")
    assert not problems
    assert [c.text for c in cues] == ["One and more", "Two"]
    cues, problems = parse("WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\nno time here\n\nNOTE a remark\n")
    assert [c.text for c in cues] == ["One"]
    assert [(p.reason, p.position) for p in problems] == [("lost-line", "line 6")]


def test_a_sentence_where_the_name_of_a_cue_stands_is_told():
    cues, problems = parse(
        "WEBVTT\n\nopening scene\n00:01.000 --> 00:02.000\nOne\n\nand this is what she had said\n00:03.000 --> 00:04.000\nTwo\n"
    )
    assert [c.text for c in cues] == ["One", "Two"]
    assert [(p.reason, p.position) for p in problems] == [("lost-line", "line 7")]


def test_a_timing_written_twice():
    cues, _ = parse("WEBVTT\n\n00:07.000 --> 00:10.000\n00:07.000 --> 00:10.000\nOne\n")
    assert [c.text for c in cues if c.lines] == ["One"]


def test_substation_scripts():
    text = (
        "[Script Info]\nTitle: x\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:04.00,0:00:06.00,Default,Bo,0,0,0,,Go, then.\n"
        "Comment: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,a remark\n"
        "Dialogue: 0,0:00:01.00,0:00:03.00,Default,Ann,0,0,0,,{\\i1}I was tired,\\Nso tired.\n"
        "Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}\nDialogue: odd\n"
    )
    assert is_script(text)
    assert not is_script(_VTT)
    assert [(c.start, c.speaker, c.text) for c in script(text)] == [(1.0, "Ann", "I was tired, so tired."), (4.0, "Bo", "Go, then.")]


@pytest.mark.parametrize(("text", "yes"), [("00:00:01.000 --> 00:00:02.000", True), ("Chapter one", False)])
def test_looks_timed(text, yes):
    assert looks_timed(text) is yes


def test_seconds():
    assert seconds("1", "02", "03", "5") == 3723.5
    assert seconds(None, "0", "01", "599") == 1.599


@given(st.text(max_size=200) | st.from_regex(r"[0-9:.,>\- \nA-Z<]{0,80}", fullmatch=True))
def test_any_text_parses(text):
    cues, _ = parse(text)
    assert all(c.end >= c.start >= 0 for c in cues)
