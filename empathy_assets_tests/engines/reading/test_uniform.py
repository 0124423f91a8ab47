"""Tests of templates: whatever a template reads off a line is what the common shape holds."""

import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading.common_shape import common_dialogue
from empathy_assets.engines.reading.uniform import template_of

TALK = [{"role": "user", "content": "I can_comma_t sleep."}, {"role": "assistant", "content": "That is hard."}]
RECORD = {"id": "a", "messages": TALK, "source": "x"}
TEXTS = st.text(max_size=6) | st.sampled_from(['"', "\\", '","role":"user', "\ud800", "\u2028", "_comma_", "}]}", "\x7f", "\n"])
SCALARS = TEXTS | st.sampled_from([None, True, 7, -0.5, 1e9]) | st.integers()
TURNS = st.fixed_dictionaries({"role": TEXTS | SCALARS, "content": TEXTS | SCALARS})
RECORDS = st.fixed_dictionaries({"id": TEXTS | SCALARS, "messages": st.lists(TURNS, max_size=3), "source": SCALARS})
SEPARATORS = st.sampled_from([(", ", ": "), (",", ":"), (" , ", " :\t")])


@settings(max_examples=400, deadline=None)
@given(RECORDS, SEPARATORS, st.booleans(), st.sampled_from(["", "\n", "\r\n"]))
def test_what_fits_reads_as_the_common_shape(record, separators, ascii_only, end):
    line = json.dumps(record, separators=separators, ensure_ascii=ascii_only) + end
    template = template_of(json.dumps(RECORD))
    assert template is not None
    try:
        lines = pl.Series([line], dtype=pl.String)
    except UnicodeEncodeError:  # half a surrogate pair, which no file can hold
        return
    if not template.fits(lines).item():
        return
    expected = common_dialogue(record)
    found = template.columns(lines).row(0, named=True)
    assert expected is not None
    assert (found["record_id"], list(zip(found["speakers"], found["texts"], strict=True))) == (expected.record_id, expected.turns)


@pytest.mark.parametrize("id_", ["a", 7])
def test_the_lines_of_a_corpus_fit_the_template_of_its_first(id_):
    template = template_of(json.dumps({**RECORD, "id": id_}))
    assert template is not None
    lines = pl.Series([json.dumps({**RECORD, "id": id_, "source": source}) for source in ("y", None, 1.5)])
    assert template.fits(lines).all()
    assert template.columns(lines)["record_id"].to_list() == [str(id_)] * 3


def test_a_line_that_differs_fits_no_template():
    template = template_of(json.dumps(RECORD))
    assert template is not None
    turn = {"role": "user", "content": "Hi"}
    others = [
        {**RECORD, "id": 7},
        {**RECORD, "topic": "sleep"},
        {"messages": TALK, "id": "a", "source": "x"},
        {**RECORD, "source": ["x"]},
        {**RECORD, "messages": []},
        {**RECORD, "messages": [{**turn, "content": None}]},
        {**RECORD, "messages": [{**turn, "role": ""}]},
        {**RECORD, "messages": [{**turn, "mood": "low"}]},
        {**RECORD, "messages": [{**turn, "content": "\ud800"}]},
    ]
    lines = pl.Series([*map(json.dumps, others), json.dumps(RECORD)[:-1], json.dumps(RECORD) * 2, "", '{"id": "a", "id": "b"}'])
    assert not template.fits(lines).any()


@pytest.mark.parametrize(
    "record",
    [
        [],
        {"text": "Hi"},
        {**RECORD, "topic": "sleep"},
        {**RECORD, "tags": ["a"]},
        {**RECORD, "id": 1.5},
        {**RECORD, "messages": [{**TALK[0], "parts": []}]},
    ],
)
def test_a_record_of_another_shape_gives_no_template(record):
    assert template_of(json.dumps(record)) is None


def test_what_is_no_json_gives_no_template():
    assert template_of("{") is None
    assert template_of("[" * 100_000) is None
