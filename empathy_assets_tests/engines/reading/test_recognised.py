"""Tests of recogniser output."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.recognised import cues
from empathy_assets.engines.reading.result import ReadError

_A, _B = "The lamp burned all night.", "Nobody put it out."


@pytest.mark.parametrize(
    "document",
    [
        {"text": "x", "segments": [{"start": 0.0, "end": 2.5, "text": " " + _A}, {"start": 2.5, "end": 4.0, "text": _B}], "language": "en"},
        [{"content": _A, "start": 0, "end": 2.5, "words": []}, {"content": _B, "start": 2.5, "end": 4.0}],
        {"version": "1.0.0", "segments": [{"startTime": 0, "endTime": 2.5, "body": _A}, {"startTime": 2.5, "endTime": 4, "body": _B}]},
        [{"time": "00:00:00.000", "message": _A, "end": 2.5}, {"time": "00:00:02.500", "message": _B, "end": "4"}],
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


def test_odd_segments_and_silence_are_told():
    segments = [{"start": 0, "end": 1, "text": _A}, {"odd": 1}, "odd", {"start": 9, "end": 10, "text": "hum", "no_speech_prob": 0.95}]
    found, problems = cues({"segments": segments})
    assert [c.text for c in found] == [_A]
    assert [p.reason for p in problems] == ["wrong-type", "no-speech"]


def _spoken(found):
    return [(c.speaker, c.start, c.end, c.text) for c in found]


_SAID = [("A", 0.5, 1.5, "Nobody put it out."), ("B", 2.0, 2.5, "I see.")]


def _timed(rows, **names):
    keys = {"text": "text", "start": "start", "end": "end", "speaker": "speaker", **names}
    return [{keys["text"]: t, keys["start"]: s, keys["end"]: e, **({keys["speaker"]: w} if w else {})} for t, s, e, w in rows]


_ROWS = [
    ("Nobody", 0.5, 0.7, "A"),
    ("put", 0.7, 1.0, "A"),
    ("it", 1.0, 1.2, "A"),
    ("out.", 1.2, 1.5, "A"),
    ("I", 2.0, 2.2, "B"),
    ("see.", 2.2, 2.5, "B"),
]
_PLAIN = [(t, s, e, "") for t, s, e, _ in _ROWS]


def _aws(rows):
    for text, start, end, who in rows:
        label = {"speaker_label": who} if who else {}
        yield {
            "type": "pronunciation",
            "start_time": str(start),
            "end_time": str(end),
            "alternatives": [{"content": text.strip(".")}],
            **label,
        }
        if text.endswith("."):
            yield {"type": "punctuation", "alternatives": [{"content": "."}], **label}


def _rev(rows):
    return [x for t, s, e, _ in rows for x in ({"type": "text", "value": t, "ts": s, "end_ts": e}, {"type": "punct", "value": " "})]


_TURNS = [{"from": 0.5, "to": 1.5, "speaker": "A"}, {"from": 2.0, "to": 2.5, "speaker": "B"}]
_LABELS = {"segments": [{"start_time": t["from"], "end_time": t["to"], "speaker_label": t["speaker"]} for t in _TURNS]}
_GOOGLE = {"text": "word", "start": "startTime", "end": "endTime"}
_MS = [(t, int(s * 1000), int(e * 1000), w) for t, s, e, w in _ROWS]


@pytest.mark.parametrize(
    "document",
    [
        {"results": {"transcripts": [{"transcript": "x"}], "items": list(_aws(_ROWS))}},
        {"results": {"items": list(_aws(_PLAIN)), "speaker_labels": _LABELS}},
        {"monologues": [{"speaker": "A", "elements": _rev(_ROWS[:4])}, {"speaker": "B", "elements": _rev(_ROWS[4:])}]},
        {"results": {"channels": [{"alternatives": [{"transcript": "x y z a b c", "words": _timed(_ROWS, text="punctuated_word")}]}]}},
        {"text": "x", "utterances": None, "words": _timed(_MS)},
        {"utterances": [
            {"text": "Nobody put it out.", "start": 500, "end": 1500, "speaker": "A"},
            {"text": "I see.", "start": 2000, "end": 2500, "speaker": "B"},
        ]},
        {"words": _timed(_PLAIN), "paragraphs": [{"start": t["from"], "end": t["to"], "speaker": t["speaker"]} for t in _TURNS]},
        {
            "results": [{"alternatives": [{"transcript": "x y z a b c", "timestamps": [[t, s, e] for t, s, e, _ in _ROWS]}]}],
            "speaker_labels": _TURNS,
        },
        {"recognizedPhrases": [
            {"speaker": "A", "offset": "PT0.5S", "duration": "PT1S", "nBest": [{"display": "Nobody put it out."}]},
            {"speaker": "B", "offset": "PT2S", "duration": "PT0.5S", "nBest": [{"display": "I see."}]},
        ]},
        {"results": [
            {"alternatives": [{"transcript": "nobody put it out I see", "words": _timed(_PLAIN, **_GOOGLE)}]},
            {"alternatives": [{"words": _timed(_ROWS, speaker="speakerTag", **_GOOGLE)}]},
        ]},
        {"a-video-id": [
            {"text": "Nobody put it out.", "start": 0.5, "duration": 1.0, "speaker": "A"},
            {"text": "I see.", "start": 2, "dur": 0.5, "speaker": "B"},
        ]},
    ],
)  # fmt: skip
def test_words_and_turns_of_services(document):
    found, problems = cues(document)
    assert not problems
    assert _spoken(found) == _SAID


def test_rows_streams_and_samples_of_words():
    assert _spoken(cues([[1, 0, 0.0, 2.5, " " + _A, [3]], [2.5, 4.0, _B]])[0]) == [("", 0.0, 2.5, _A), ("", 2.5, 4.0, _B)]
    stream = [{"result": [{"word": "nobody", "start": 1, "end": 1.5}, {"word": "left", "start": 1.5, "end": 2}], "text": "nobody left"}]
    assert _spoken(cues(stream)[0]) == [("", 1, 2, "nobody left")]
    sample = {"segments": [{"text": _A, "start": 0, "end": 60, "words": [{"word": "The", "start": 0, "end": 1}]}]}
    assert _spoken(cues(sample)[0]) == [("", 0, 60, _A)]


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
