"""Tests of finding the next record after a spoiled one, in every layout and for every kind of damage."""

import json
import re

import pytest

from empathy_assets.engines.reading.salvage import document

_RECORDS = [
    {"id": i, "text": f'I\'m "{i}" }}, {{ so, é', "turns": [{"role": "user", "text": "one"}, {"role": "bot", "text": "two"}]}
    for i in range(6)
]
_LAYOUTS = {"lines": {"indent": 2}, "blanks": {}, "compact": {"separators": (",", ":")}}
_DAMAGE = {
    "closing quote": lambda r: r.replace('so, é"', "so, é", 1),
    "last closing quote": lambda r: r[::-1].replace('"owt"', 'owt"', 1)[::-1],
    "opening quote of a key": lambda r: r.replace('"id"', 'id"', 1),
    "comma between fields": lambda r: r.replace(",", "", 1),
    "closing brace": lambda r: r[: r.rindex("}")] + r[r.rindex("}") + 1 :],
    "opening brace": lambda r: r[1:],
    "bare word": lambda r: re.sub(r'"id":\s?\d', '"id": oops', r, count=1),
    "inner key": lambda r: r.replace('"role"', "role", 1),
}
_MENDABLE = {
    "comma between records": lambda r: r.rstrip().removesuffix(","),
    "trailing comma": lambda r: r.replace("]", ",]", 1),
    "comment": lambda r: r.replace("[", '[ /* a " { */', 1),
    "raw line break": lambda r: r.replace("I'm", "I\n'm", 1),
    "control character": lambda r: r.replace("I'm", "I\x01'm", 1),
    "wrong escape": lambda r: r.replace("I'm", "I\\'m", 1),
}


def spoiled(layout, damage, *which):
    text = json.dumps(_RECORDS, ensure_ascii=False, **_LAYOUTS[layout])
    starts = [m.start() for m in re.finditer(r'\{\s*"id"', text)] + [len(text)]
    for i in sorted(which, reverse=True):
        text = text[: starts[i]] + damage(text[starts[i] : starts[i + 1]]) + text[starts[i + 1] :]
    return list(document(text))


@pytest.mark.parametrize("layout", _LAYOUTS)
@pytest.mark.parametrize("kind", _DAMAGE)
@pytest.mark.parametrize("at", [0, 2, 5])
def test_a_spoiled_record_costs_itself_and_no_neighbour(layout, kind, at):
    found = spoiled(layout, _DAMAGE[kind], at)
    assert [f.value["id"] for f in found if not f.reason] == [i for i in range(6) if i != at]
    assert len([f for f in found if f.reason]) == 1


@pytest.mark.parametrize("layout", _LAYOUTS)
def test_two_spoiled_neighbours_are_two_rejects(layout):
    found = spoiled(layout, _DAMAGE["bare word"], 2, 3)
    assert [(f.index, bool(f.reason)) for f in found] == [(0, False), (1, False), (2, True), (3, True), (4, False), (5, False)]


@pytest.mark.parametrize("layout", _LAYOUTS)
@pytest.mark.parametrize("kind", _MENDABLE)
def test_damage_with_one_reading_costs_nothing(layout, kind):
    found = spoiled(layout, _MENDABLE[kind], 2)
    assert [f.value["id"] for f in found if not f.reason] == list(range(6))
    assert [f for f in found if f.reason] == []


@pytest.mark.parametrize("layout", _LAYOUTS)
@pytest.mark.parametrize("garbage", ["and so on, ", "}}} ", "]]"])
def test_what_stands_between_records_costs_none_of_them(layout, garbage):
    found = spoiled(layout, lambda r: garbage + r, 2)
    assert [f.value["id"] for f in found if isinstance(f.value, dict)] == list(range(6))
    assert len([f for f in found if f.reason]) >= 1
