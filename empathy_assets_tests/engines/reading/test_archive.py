"""Tests of reading strangers' zip archives."""

import zipfile

import pytest

from empathy_assets.engines.reading.archive import Archive, resolve
from empathy_assets.engines.reading.result import ReadError
from empathy_assets_tests.engines.reading.samples import archive


def opened(tmp_path, data):
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    return Archive(path)


def reason(tmp_path, data):
    with pytest.raises(ReadError) as caught, opened(tmp_path, data) as zipped:
        for name in ("big", "a"):
            zipped.read(name)
    return caught.value.reason


def test_members_by_name_and_by_quoted_name(tmp_path):
    with opened(tmp_path, archive({"a b.txt": "one", "dir/ü.txt": "two"})) as zipped:
        assert zipped.read("a b.txt") == b"one"
        assert zipped.read("dir/ü.txt") == b"two"
        assert zipped.read("none") is None
        assert "a b.txt" in zipped


def test_hostile_archives(tmp_path, monkeypatch):
    assert reason(tmp_path, b"no zip") == "damaged"
    assert reason(tmp_path, archive({"../up": "x"})) == "path-traversal"
    assert reason(tmp_path, archive({"/abs": "x"})) == "path-traversal"
    assert reason(tmp_path, archive({"big": b"\0" * (8 << 20)})) == "zip-bomb"
    spoiled = bytearray(archive({"a": b"some text that is long enough to be packed" * 9}))
    spoiled[40:60] = b"\xff" * 20
    assert reason(tmp_path, bytes(spoiled)) == "damaged"
    assert reason(tmp_path, archive({f"m{i}": "" for i in range(20_001)})) == "zip-bomb"
    monkeypatch.setattr("empathy_assets.engines.reading.archive.number", lambda _, key: 0 if key.endswith("member_mib") else 10**6)
    assert reason(tmp_path, archive({"a": "more than nothing"})) == "zip-bomb"


def test_encrypted_members_are_refused(tmp_path):
    data = bytearray(archive({"a": "x"}))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    data[6] |= 1
    assert reason(tmp_path, bytes(data)) == "encrypted"
    assert zipfile.is_zipfile(tmp_path / "a.zip")


def test_resolve():
    assert resolve("OPS/p.opf", "text/a%20b.xhtml#x") == "OPS/text/a b.xhtml"
    assert resolve("OPS/p.opf", "../c.xhtml") == "c.xhtml"
