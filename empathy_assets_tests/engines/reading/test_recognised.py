"""Tests of recogniser output and of decoder loops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.recognised import cues, loops
from empathy_assets.engines.reading.result import ReadError

_A, _B = "The lamp burned all night.", "Nobody put it out."


@pytest.mark.parametrize(
    "document",
    [
        {"text": "x", "segments": [{"start": 0.0, "end": 2.5, "text": " " + _A}, {"start": 2.5, "end": 4.0, "text": _B}], "language": "en"},
        [{"content": _A, "start": 0, "end": 2.5, "words": []}, {"content": _B, "start": 2.5, "end": 4.0}],
        {"version": "1.0.0", "segments": [{"startTime": 0, "endTime": 2.5, "body": _A}, {"startTime": 2.5, "endTime": 4, "body": _B}]},
        [{"time": "00:00:00.000", "message": _A}, {"time": "00:00:02.500", "message": _B, "end": "4"}],
        {
            "transcription": [
                {"timestamps": {"from": "00:00:00,000", "to": "00:00:02,500"}, "text": _A},
                {"timestamps": {"from": "00:00:02,500", "to": "00:00:04"}, "text": _B},
            ]
        },
        {"chunks": [{"timestamp": [0.0, 2.5], "text": _A}, {"timestamp": [2.5, 4.0], "text": _B}]},
        {
            "results": {
                "utterances": [{"start": 0, "end": 2.5, "transcript": _A}, {"start": 2.5, "end": 4.0, "alternatives": [{"transcript": _B}]}]
            }
        },
    ],
)
def test_shapes_of_recognisers(document):
    found, problems = cues(document)
    assert not problems
    assert [(c.start, c.end, c.text) for c in found] == [(0.0, 2.5, _A), (2.5, 4.0, _B)]


def test_speakers_milliseconds_and_words():
    found, _ = cues(
        [
            {"speaker": "A", "start": 0, "text": _A},
            {"speaker": 2, "start": 200_000, "end": 201_000, "words": [{"word": "Nobody"}, {"word": "left."}]},
        ]
    )
    assert [(c.speaker, c.start, c.text) for c in found] == [("A", 0.0, _A), ("2", 200.0, "Nobody left.")]


def test_loops_are_dropped_and_told():
    segments = [{"start": i, "end": i + 1, "text": t} for i, t in enumerate([_A, *["So what is it?"] * 4, _B, "x", {"odd": 1}][:7])]
    found, problems = cues({"segments": [*segments, "odd", {"start": 9, "end": 10, "text": "hum", "no_speech_prob": 0.95}]})
    assert [c.text for c in found] == [_A, _B, "x"]
    assert [p.reason for p in problems] == ["wrong-type", "whisper-loop"]
    assert problems[1].position == "1.0-5.0 s"


def test_a_whole_loop_is_refused():
    text = "the report is ready to be told " * 20
    assert loops(text)
    assert not loops(" ".join(f"word{i}" for i in range(60)))
    with pytest.raises(ReadError) as caught:
        cues({"segments": [{"start": 0, "end": 1, "text": text}]})
    assert caught.value.reason == "repetition-loop"


def test_text_without_segments_and_nothing_at_all():
    assert cues({"text": _A})[0][0].text == _A
    for document in ({}, [], [1], {"segments": []}, "x", None):
        with pytest.raises(ReadError):
            cues(document)


@given(
    st.recursive(
        st.none() | st.floats() | st.text(max_size=8),
        lambda x: (
            st.lists(x, max_size=4) | st.dictionaries(st.sampled_from(["text", "start", "end", "segments", "speaker", "timestamp"]), x)
        ),
        max_leaves=20,
    )
)
def test_any_json_parses_or_is_refused(document):
    try:
        found, _ = cues(document)
    except ReadError:
        return
    assert all(c.end >= c.start >= 0 for c in found)
