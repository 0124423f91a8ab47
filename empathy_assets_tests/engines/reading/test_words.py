"""Tests of words with times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.words import Word, grouped, is_word_list, speaker_of, time_of, words_of


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (2, 2.0), ("2.5", 2.5), ("1.300s", 1.3), ("250ms", 0.25), ("00:01:02,5", 62.5), ("01:02", 62.0), ("PT1M2.5S", 62.5),
        ({"seconds": "3", "nanos": 500_000_000}, 3.5), (None, None), (True, None), (float("nan"), None), ("soon", None), ({}, None),
        ("PT", None), ([], None),
    ],
)  # fmt: skip
def test_times(value, seconds):
    assert time_of(value) == seconds


def test_speakers():
    assert speaker_of({"speaker": {"name": "Ann"}}) == "Ann"
    assert speaker_of({"speaker": None, "speakerTag": 2}) == "2"
    assert speaker_of({"speaker": True}) == ""


def test_words_of_services_with_their_punctuation():
    aws = [
        {"type": "pronunciation", "start_time": "0.5", "end_time": "0.9", "alternatives": [{"content": "Well"}]},
        {"type": "punctuation", "alternatives": [{"content": ","}]},
        {"word": "yes", "punctuated_word": "yes.", "start": 1.0, "end": 1.2, "speaker": 1},
        ["hm", 1.3, 1.4],
        ["%HESITATION", 1.4, 1.5],
        {"word": "%HESITATION", "start": 2},
        {"text": "late", "start": 2, "duration": 0.5},
        "odd",
        {},
    ]
    found = words_of(aws)
    assert [(w.text, w.start, w.end, w.speaker, w.glued) for w in found] == [
        ("Well", 0.5, 0.9, "", False),
        (",", None, None, "", True),
        ("yes.", 1.0, 1.2, "1", False),
        ("hm", 1.3, 1.4, "", False),
        ("late", 2.0, 2.5, "", False),
    ]
    assert is_word_list(aws)
    assert not is_word_list([{"text": "a whole segment", "start": 1}, {"text": "and one more", "start": 2}])


def test_words_are_grouped_by_speaker_pause_sentence_and_length():
    words = [Word("So", 0, 0.2), Word("it", 0.2, 0.4), Word("is", 0.4, 0.6), Word(".", None, None, glued=True), Word("Yes", 0.7, 0.9)]
    words += [Word("later", 3.0, 3.2), Word("she", 3.2, 3.4, "Bo")]
    found = grouped(words, [(0.0, "Ann")])
    assert [(c.text, c.start, c.end, c.speaker) for c in found] == [
        ("So it is.", 0, 0.6, "Ann"),
        ("Yes", 0.7, 0.9, "Ann"),
        ("later", 3.0, 3.2, "Ann"),
        ("she", 3.2, 3.4, "Bo"),
    ]
    assert len(grouped([Word("a", i / 4, i / 4) for i in range(50)])) == 3


@given(st.lists(st.tuples(st.text("ab.", max_size=3), st.none() | st.floats(-5, 50), st.sampled_from(["", "A", "B"])), max_size=20))
def test_any_words_give_timed_cues_with_all_of_them(items):
    words = [Word(text, at, at, who) for text, at, who in items if text.strip()]
    found = grouped(words)
    assert all(0 <= c.start <= c.end for c in found)
    assert "".join(c.text for c in found).replace(" ", "") == "".join(w.text for w in words)
