"""Tests of lenient JSON: what has one reading is read, what would have to be guessed is not."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.lenient import mended, value_at


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
        ('{"a": "two\nlines", "b": "\x01"}', {"a": "two\nlines", "b": "\x01"}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ('{"a": 1, // why\n "b": /* { */ 2}', {"a": 1, "b": 2}),
        ('{"a": "don\\\'t", "b": "c\\d"}', {"a": "don't", "b": "c\\d"}),
        ("{'a': \"it's\", 'b': [None, True]}", {"a": "it's", "b": [None, True]}),
        ('{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_what_can_be_read(text, value):
    assert value_at(text, 0) == (value, len(text))


def test_numbers_without_end_are_numbers():
    assert value_at("9" * 10_000, 0)[0] == float("inf")
    assert value_at("1e999", 0)[0] == float("inf")


@pytest.mark.parametrize("text", ["", "{", '{"a": "b', '{"a" 1}', '{"a": 1 "b": 2}', "{a: 1}", "nonsense", "{'a': f()}", '["a" "b"]'])
def test_what_would_be_guessed_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        value_at(text, 0)


def test_a_text_that_looks_like_python_and_is_none_is_refused():
    with pytest.raises((ValueError, SyntaxError)):
        mended("{'a': 1, 2}")


@given(st.text(max_size=120) | st.from_regex(r"[\[\]{}\"',:a1 \n\\/*]{0,60}", fullmatch=True))
def test_only_two_errors_leave(text):
    with contextlib.suppress(ValueError, RecursionError):
        value_at(text, 0)
