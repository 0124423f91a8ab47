"""Tests of the guess what a file is."""

import pytest

from empathy_assets.engines.reading.kinds import detect_source


@pytest.mark.parametrize(
    ("name", "data", "source"),
    [
        ("a", b"%PDF-1.4", "books"),
        ("a.zip", b"PK\x03\x04", "books"),
        ("a.htm", b"<html>", "books"),
        ("a.txt", b"Chapter one. It was a long road.", "books"),
        ("a.txt", b"Client: Hi\nTherapist: Hello", "conversation_corpora"),
        ("a.txt", b"1\n00:00:01,000 --> 00:00:02,000\nHi", "transcripts"),
        ("a.vtt", b"WEBVTT", "transcripts"),
        ("a.json", b'{"segments": [{"start": 1}]}', "transcripts"),
        ("a.json", b'[{"speaker": "A", "time": "00:00:00", "message": "x"}]', "transcripts"),
        ("a.json", b'[{"messages": []}]', "conversation_corpora"),
        ("a.xml", b"<?xml version='1.0'?><transcript/>", "transcripts"),
        ("a.csv", b"a,b", "conversation_corpora"),
    ],
)
def test_detect_source(tmp_path, name, data, source):
    path = tmp_path / name
    path.write_bytes(data)
    assert detect_source(path) == source


def test_a_file_that_is_gone_counts_as_a_book(tmp_path):
    assert detect_source(tmp_path / "gone") == "books"
