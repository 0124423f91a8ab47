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


@given(cut=st.integers(1, 10_000), indent=st.sampled_from([None, 2]))
@settings(deadline=None)
def test_a_cut_anywhere_costs_the_record_it_falls_in(cut, indent):
    text = json.dumps(_RECORDS, indent=indent)
    cut = 1 + cut % (len(text) - 2)
    found = list(document(text[:cut]))
    ends = [end for end in range(1, cut + 1) if text[:end].endswith("}") and _whole(text[:end] + "]")]
    assert values(found) == _RECORDS[: len(ends)]
    assert [reason for _, reason in problems(found)] == ["truncated"]


def _whole(text):
    try:
        return bool(json.loads(text))
    except ValueError:
        return False


@given(size=st.integers(1, 40), indent=st.sampled_from([None, 2]))
@settings(deadline=None)
def test_pieces_give_what_the_whole_gives(size, indent):
    text = "\n" + json.dumps([*_RECORDS, 7, "x"], indent=indent).replace('"id": 2', '"id": oops') + " the end"
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert list(document(pieces)) == list(document(text))


@pytest.mark.parametrize(
    ("document_text", "ids"),
    [
        ('{"version": 1, "data": ' + json.dumps(_RECORDS)[:-30], [0, 1, 2, 3]),
        (json.dumps({"data": {"train": _RECORDS, "test": _RECORDS}})[:-100], [0, 1, 2, 3, 4, 0, 1, 2]),
        (json.dumps({f"k{r['id']}": {"turns": r["turns"]} for r in _RECORDS})[:-60], ["k0", "k1", "k2"]),
        (json.dumps(_RECORDS) + json.dumps(_RECORDS[:2]), [0, 1, 2, 3, 4, 0, 1]),
        ("".join(map(json.dumps, _RECORDS)), [0, 1, 2, 3, 4]),
        (repr(_RECORDS), [0, 1, 2, 3, 4]),
    ],
)
def test_wrapped_cut_and_joined_documents(document_text, ids):
    assert [v["id"] for v in values(document(document_text))][: len(ids)] == ids


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("at", [0, 2, 4])
def test_a_spoiled_member_of_an_object_by_id_costs_itself(indent, at):
    turns = [{"role": "user", "text": "one"}, {"role": "bot", "text": "two"}]
    text = json.dumps({f"k{i}": {"n": i, "turns": turns} for i in range(5)}, indent=indent).replace(f'"n": {at}', '"n": oops')
    found = list(document(text))
    assert [v["id"] for v in values(found)] == [f"k{i}" for i in range(5) if i != at]
    assert [reason for _, reason in problems(found)] == ["spoiled-record"]


@given(
    cut=st.integers(1, 10_000),
    document_value=st.sampled_from([{"a": {"x": 1, "turns": ["b", "c"]}, "d": 2}, {"data": _RECORDS}, {"q": {"0": "a"}, "r": {"0": "b"}}]),
)
@settings(deadline=None)
def test_an_object_cut_anywhere_says_so_once(cut, document_value):
    text = json.dumps(document_value)
    assert [reason for _, reason in problems(document(text[: 1 + cut % (len(text) - 1)]))] == ["truncated"]


def test_the_turns_of_a_spoiled_record_are_no_records():
    record = {"id": 1, "messages": [{"role": "user", "text": "one"}, {"role": "bot", "text": "two"}, {"role": "user", "text": "three"}]}
    for text in (json.dumps(record)[:-20], json.dumps(record).replace('"three"', "three"), json.dumps({"data": record})[:-20]):
        found = list(document(text))
        assert values(found) == []
        assert len(problems(found)) == 1


def test_lines_that_were_broken_or_joined():
    good = [json.dumps(r) for r in _RECORDS]
    broken = good[1].replace("say", "sa\ny")
    assert values(lines(enumerate([good[0], *broken.split("\n"), good[2] + good[3]], start=1)))[2:] == _RECORDS[2:4]
    found = list(lines(enumerate([good[0], good[1][:30], good[2], good[3][:30]], start=1)))
    assert [(f.line, f.reason) for f in found] == [(1, ""), (2, "spoiled-record"), (3, ""), (4, "spoiled-record")]
    assert len(values(lines(enumerate(map(repr, _RECORDS), start=1)))) == len(_RECORDS)


def test_numbers_too_long_and_halves_of_characters():
    assert values(document('[{"id": ' + "9" * 9000 + ', "t": "\\ud83d"}]'))[0]["t"] == "\ud83d"


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
