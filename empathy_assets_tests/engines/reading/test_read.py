"""Tests of the one entry: size limits, unreadable files, determinism."""

from typing import Any

from empathy_assets.engines.reading.read import read_file, stream_file
from empathy_assets.records.ids import file_sha256
from empathy_assets_tests.engines.reading.samples import RIGHTS, prose, read, reasons


def test_a_file_that_is_gone_is_unreadable(tmp_path):
    result = read_file(tmp_path / "gone", relative="books/gone", source="books", rights=RIGHTS)
    assert reasons(result) == ["unreadable"]


def test_empty_and_too_large_files(tmp_path, monkeypatch):
    assert reasons(read(tmp_path, "a.txt", b"", "books")) == ["empty-file"]
    monkeypatch.setattr("empathy_assets.engines.reading.read.number", lambda *_: 0)
    assert reasons(read(tmp_path, "a.txt", b"words", "books")) == ["too-large"]


def test_same_bytes_same_rows(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("\n\n".join(["CHAPTER I", *prose(6)]))
    first, second = (list(stream_file(path, relative="books/a.txt", source="books", rights=RIGHTS)) for _ in range(2))
    assert first == second
    passage: Any = first[0][1]
    assert passage["provenance"]["file_sha256"] == file_sha256(path)
    assert passage["provenance"]["origin"] == RIGHTS.origin
    assert passage["source"] == "books"
