"""Tests of gzip files: unpacked under limits, refused with a reason."""

import gzip
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.gzipped import head_of, unpacked
from empathy_assets.engines.reading.read import read_file
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.records.licence import Rights

_LIMIT = 64 << 20
_TEXT = b"The river was high that spring, and nobody crossed it. " * 40


def test_a_plain_file_is_given_as_it_is(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(_TEXT)
    with unpacked(path, _LIMIT) as plain:
        assert plain == path
    assert head_of(path, 9) == _TEXT[:9]


def test_the_content_of_a_gzip_file_lies_in_a_copy_that_goes_away(tmp_path):
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(_TEXT))
    with unpacked(path, _LIMIT) as plain:
        assert plain.name == "a.txt"
        assert plain.read_bytes() == _TEXT
    assert not plain.exists()
    assert head_of(path, 9) == _TEXT[:9]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(bytes(80 << 20)), "zip-bomb"),
        (gzip.compress(gzip.compress(os.urandom(3 << 20)))[:-100], "damaged"),
        (b"\x1f\x8b\x08nonsense", "damaged"),
    ],
)
def test_bombs_and_damage_are_refused(tmp_path, data, reason):
    path = tmp_path / "a.gz"
    path.write_bytes(data)
    with pytest.raises(ReadError) as error, unpacked(path, _LIMIT):
        pass
    assert error.value.reason == reason


def test_more_than_the_limit_is_refused(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(os.urandom(3 << 20)))
    with pytest.raises(ReadError) as error, unpacked(path, 2 << 20):
        pass
    assert error.value.reason == "zip-bomb"


@given(st.binary(max_size=200))
def test_no_exception_escapes_a_reader_of_gzip(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("gzip") / "a.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08" + data)
    result = read_file(path, relative="a.jsonl.gz", source="conversation_corpora", rights=Rights(licence="MIT", origin="x"))
    assert result.rejects
    assert head_of(path, 100) is not None
