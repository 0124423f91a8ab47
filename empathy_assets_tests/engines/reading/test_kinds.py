"""Tests of the guess what a file is."""

import gzip
import os

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
        ("a.txt", b"HOST: Good day to you.\nGUEST: And to you.\nHOST: Sit down.\nGUEST: Thanks.", "transcripts"),
        ("a.json", b"<!DOCTYPE html><title>502</title>", "academic_findings"),
        ("a.ass", b"[Script Info]", "transcripts"),
        ("a.txt", b"[00:00:01] Ann: Good day.\n[00:00:09] Ben: And to you.\n[00:00:12] Ann: Sit down.", "transcripts"),
        ("a.md", b"**Ann** (00:01): Good day.\n\n**Ben** (00:09): And to you.\n\n**Ann** (00:12): Sit.", "transcripts"),
        ("a.html", b"<cite>Ann:</cite>\n<time>0:01</time>\n<p>Good day.</p>", "transcripts"),
        ("a.json", b'[[0.0, 1.5, "Good day."], [1.5, 2.0, "Yes."]]', "transcripts"),
        ("a.json", b'{"monologues": [{"speaker": 0, "elements": []}]}', "transcripts"),
        ("a.jsonl.gz", gzip.compress(b'{"messages": []}\n', mtime=0), "conversation_corpora"),
        ("a.txt.gz", gzip.compress(b"WEBVTT\n", mtime=0), "transcripts"),
        ("a.gz", b"\x1f\x8b\x08 no gzip stream", "conversation_corpora"),
        ("a.xml", b"<?xml version='1.0'?><PubmedArticleSet></PubmedArticleSet>", "academic_findings"),
        ("a.xml.gz", gzip.compress(b"<PubmedArticleSet></PubmedArticleSet>", mtime=0), "academic_findings"),
        ("a.json", b'{"meta": {"count": 0, "db_response_time_ms": 5, "page": 1, "per_page": 25}, "results": []}', "academic_findings"),
    ],
)
def test_detect_source(tmp_path, name, data, source):
    path = tmp_path / name
    path.write_bytes(data)
    assert detect_source(path) == source


def test_a_file_that_is_gone_counts_as_a_book(tmp_path):
    assert detect_source(tmp_path / "gone") == "books"


def test_pipes_and_links_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to("pipe.txt")
    assert detect_source(tmp_path / "pipe.txt") == detect_source(tmp_path / "link.txt") == "books"
