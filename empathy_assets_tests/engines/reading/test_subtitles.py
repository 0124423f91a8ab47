"""Tests of WebVTT and SubRip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.subtitles import is_vtt, looks_timed, parse, seconds

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
