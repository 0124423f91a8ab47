"""Tests of plain-text transcripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.cues import with_speakers
from empathy_assets.engines.reading.plaintext import html, is_html, is_timed, plain
from empathy_assets.engines.reading.result import ReadError


def seen(text):
    cues, unit = plain(text)
    assert unit == "second"
    return [(c.speaker, c.start, c.text) for c in with_speakers(cues)]


_TWO = [("Ann Lee", 5.0, "I had to stop."), ("Bo", 12.0, "What did you do?"), ("Ann Lee", 20.0, "I slept.")]


@pytest.mark.parametrize(
    "text",
    [
        "[00:00:05] Ann Lee: I had to stop.\n[00:00:12] Bo: What did you do?\n[00:00:20] Ann Lee: I slept.",
        "Ann Lee  0:05\nI had to stop.\n\nBo  0:12\nWhat did you do?\n\nAnn Lee  0:20\nI slept.\n",
        "Ann Lee (00:05):\nI had to stop.\nBo (00:12):\nWhat did you do?\nAnn Lee (00:20):\nI slept.",
        "Ann Lee [00:05]: I had to stop.\nBo [00:12]: What did you do?\nAnn Lee [00:20]: I slept.",
        "0:05 Ann Lee\nI had to stop.\n0:12 Bo\nWhat did you do?\n0:20 Ann Lee\nI slept.",
        "(0:05 - 0:11) Ann Lee: I had to stop.\n(0:12 - 0:19)\nBo: What did you do?\n(0:20 - 0:21)\nAnn Lee: I slept.",
        "---\ntitle: Rest\n---\n\n## Opening\n\n**Ann Lee:** \\[00:05\\] I had to stop.\n\n"
        "**Bo:** \\[00:12\\] What did you do?\n\n**Ann Lee**: \\[00:20\\] I slept.",
        "Ann Lee: [00:05] I had to stop.\n\nBo: [00:12] What did you do?\n\nAnn Lee: [00:20] I slept.",
        "00:05 - Ann Lee: I had to stop.\n00:12 - Bo: What did you do?\n00:20 - Ann Lee: I slept.",
    ],
)
def test_names_and_times_of_many_services(text):
    assert seen(text) == _TWO


def test_times_alone_and_times_inside_lines():
    assert seen("0:00\nso today\n0:05\nwe rest\n1:02:05\nat home\n") == [
        ("", 0.0, "so today"),
        ("", 5.0, "we rest"),
        ("", 3725.0, "at home"),
    ]
    assert seen("We came [00:10] and we left [laughs] [01:00] and that was it.")[1:] == [
        ("", 10.0, "and we left"),
        ("", 60.0, "and that was it."),
    ]


def test_copies_of_a_players_transcript():
    copied = "Transcript\nSearch in video\n0:00\nso today\n0:04\n4 seconds\nwe rest\n1:02:05\n1 hour, 2 minutes, 5 seconds\nat home\n"
    assert seen(copied) == [("", 0.0, "so today"), ("", 4.0, "we rest"), ("", 3725.0, "at home")]
    joined = "Kind: captions Language: en so today [00:04] so today we rest [00:08] we rest at home"
    assert [text for _, _, text in seen(joined)] == ["so today", "so today we rest", "we rest at home"]


def test_lines_without_a_time_get_one_from_their_neighbours():
    found = seen("[00:10] one two three four\nfive six seven eight\n[00:20] nine\nten eleven")
    assert [start for _, start, _ in found] == [10.0, 15.0, 20.0, 20.4]
    assert [start for _, start, _ in seen("one two\n[00:10] three\n9:99 is no time\n[00:04] back")][:2] == [0.0, 10.0]


def test_without_times_lines_are_counted():
    cues, unit = plain("Ann: We left.\n\nBo: And then?")
    assert unit == "paragraph"
    assert [(c.start, c.end) for c in cues] == [(1.0, 1.0), (2.0, 2.0)]


def test_html_of_podcasts():
    page = "<!DOCTYPE html><body><cite>Ann:</cite>\n<time>0:05</time>\n<p>\n I had to\n stop</p>"
    page += "<cite>Bo :</cite><time>0:12</time><p>Then what?</p>"
    assert is_html(page)
    cues, unit = html(page)
    assert unit == "second"
    assert [(c.speaker, c.start, c.text) for c in with_speakers(cues)] == [("Ann", 5.0, "I had to stop"), ("Bo", 12.0, "Then what?")]


def test_what_looks_like_a_timed_text():
    assert is_timed("0:05\na\n0:06\nb\n0:09\nc")
    assert is_timed("Ann 0:05\na\nBo 0:06\nb\nAnn 0:09\nc")
    assert not is_timed("We met at 10:30 and left at 11:15.\nIt was cold.")


def test_binary_content_is_refused():
    with pytest.raises(ReadError):
        plain("abc\x00def")


@given(st.text("Ann: 0123456789[]()-\n*ab.", max_size=120))
def test_any_text_gives_ordered_times_and_loses_no_letters_but_those_of_names(text):
    cues, unit = plain(text)
    starts = [c.start for c in cues]
    assert all(0 <= c.start <= c.end for c in cues)
    assert starts == sorted(starts)
    assert unit in ("second", "paragraph")
