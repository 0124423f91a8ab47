"""Tests of the salvage of JSON records."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading.salvage import document, lines

_RECORDS = [{"id": i, "text": f'say "{i}" }}, {{ and so on', "turns": [{"a": 1}, {"a": 2}]} for i in range(5)]


def values(found):
    return [f.value for f in found if not f.reason]


def problems(found):
    return [(f.index, f.reason) for f in found if f.reason]


@pytest.mark.parametrize("indent", [None, 2])
def test_whole_documents(indent):
    assert values(document(json.dumps(_RECORDS, indent=indent))) == _RECORDS
    assert values(document(json.dumps({"data": _RECORDS}, indent=indent))) == _RECORDS
    assert values(document(json.dumps({f"k{r['id']}": {"turns": r["turns"]} for r in _RECORDS}))) == [
        {"id": f"k{r['id']}", "turns": r["turns"]} for r in _RECORDS
    ]
    assert values(document("\n".join(json.dumps(r, indent=indent) for r in _RECORDS))) == _RECORDS
    assert values(document(json.dumps(_RECORDS[0]))) == [_RECORDS[0]]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("share", [0.3, 0.55, 0.9])
def test_a_truncated_array_keeps_what_came_before(indent, share):
    text = json.dumps(_RECORDS, indent=indent)
    found = list(document(text[: int(len(text) * share)]))
    good = values(found)
    assert good == _RECORDS[: len(good)]
    assert good
    assert problems(found)[-1][1] == "truncated"


@pytest.mark.parametrize("indent", [None, 2])
def test_one_spoiled_record_costs_one_record(indent):
    text = json.dumps(_RECORDS, indent=indent).replace('"id": 2', '"id": oops')
    found = list(document(text))
    assert [v["id"] for v in values(found)] == [0, 1, 3, 4]
    assert problems(found) == [(2, "spoiled-record")]


def test_an_object_around_a_truncated_array():
    text = json.dumps({"data": _RECORDS})
    assert len(values(document(text[:-40]))) == 4


def test_deep_nesting_is_refused():
    assert problems(document("[" * 100_000)) == [(0, "too-deep")]
    assert problems(document('{"a":' * 100_000))[0][1] == "too-deep"


def test_lines_carry_their_number_and_reason():
    found = list(lines(iter([(1, '{"a": 1}'), (2, ""), (3, '{"a": '), (4, '{"a": 2},'), (5, "[" * 100_000)])))
    assert [(f.index, f.line, f.reason) for f in found] == [(0, 1, ""), (1, 3, "spoiled-record"), (2, 4, ""), (3, 5, "too-deep")]
    assert found[1].position == "record 1, line 3"


@given(st.text(max_size=200) | st.from_regex(r"[\[\]{}\",:a1 \n]{0,60}", fullmatch=True))
@settings(deadline=None)
def test_no_text_raises(text):
    list(document(text))
    list(lines(enumerate(text.split("\n"), start=1)))
