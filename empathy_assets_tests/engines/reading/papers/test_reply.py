"""JSON replies: bounds and salvage."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.papers.reply import at, depth_exceeded, listed, loaded, service_error


def test_whole_reply_with_mark_and_raw_newline():
    assert loaded(b'\xef\xbb\xbf{"a": "x\ny"}', ["data"]) == ({"a": "x\ny"}, [])


def test_depth_is_bounded_and_brackets_in_strings_do_not_count():
    assert depth_exceeded("[" * 5000)
    assert not depth_exceeded(json.dumps({"a": "[" * 5000}))
    assert loaded(b"[" * 100_000, ["data"])[1][0].reason == "too-deep"


def test_lines_of_objects_are_a_list():
    assert loaded(b'{"a": 1}\n{"a": 2}\n', ["data"]) == ([{"a": 1}, {"a": 2}], [])


@given(st.lists(st.dictionaries(st.text(max_size=5), st.integers(), min_size=1), min_size=2, max_size=5), st.integers(1, 12))
def test_a_cut_list_keeps_a_prefix_of_whole_records(records, cut):
    text = json.dumps({"total": 9, "data": records})[:-cut]
    value, rejects = loaded(text.encode(), ["data"])
    kept = listed(value, "data")
    assert kept == records[: len(kept)]
    assert len(kept) >= len(records) - 1 or rejects


@pytest.mark.parametrize(("data", "reason"), [(b"<html>", "html"), (b"Resource not found.", "not-json"), (b'{"data": [', "not-json")])
def test_foreign_replies(data, reason):
    assert loaded(data, ["data"])[1][0].reason == reason


def test_paths_through_anything():
    assert at({"a": [1]}, "a", "b") is None
    assert listed({"a": {"b": "no"}}, "a", "b") == []
    assert service_error({"message": {"items": []}}) == []


def test_half_a_character_costs_itself_alone():
    value, rejects = loaded(b'{"data": [{"title": "a \\ud83d lamp \\ud83d\\ude00 \\udc00"}]}', ["data"])
    assert value == {"data": [{"title": "a \ufffd lamp \U0001f600 \ufffd"}]}
    assert rejects == []
