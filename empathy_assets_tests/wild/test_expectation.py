"""Tests of the expectations themselves: agreement is silent, every key objects to what it is there for."""

from typing import Any

import pytest

from empathy_assets_tests.wild.expectation import Record, problems

_REJECT = {"reason": "bad-cue", "detail": "no times", "remedy": "Give it times."}
_AGREED: dict[str, Any] = {"kind": "book", "why": "nothing", "reasons": ["bad-cue|odd", "rare?"], "rejects": 1}


def _passage(text: str = "The lamp was lit.", **fields: Any) -> Record:
    origin = {"file": "a.txt", "file_sha256": "0" * 64, "anchor": "para. 1", "start": 1.0, "end": 2.0, "work_id": "w", "title": "T"}
    given = {name: fields.pop(name) for name in list(fields) if name in origin}
    return {
        "text": text,
        "licence": "CC0-1.0",
        "chapter": "One",
        "speaker": "Ada",
        **fields,
        "provenance": {**origin, "authors": ["Ada", "Tom"], **given},
    }


def _found(entry: dict[str, Any], records: list[Record] | None = None, kind: str = "book") -> list[str]:
    return problems({**_AGREED, **entry}, kind, [_passage()] if records is None else records, [_REJECT])


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"records": 1, "at_most": 2, "words": [4, 4], "works": 1, "titles": 1, "chapters": ["One"], "chapter_words": ["On"]},
        {"speakers": ["Ada"], "has": ["lamp"], "lacks": ["dark"], "in_order": ["The", "lit"], "lacks_pattern": "d.rk"},
        {
            "first": {"start": 1},
            "last": {"end": 2},
            "some": {"author": "Tom"},
            "every": {"first_author": "Ada"},
            "tally": {"title": {"T": 1}},
        },
    ],
)
def test_agreement_is_silent(entry: dict[str, Any]) -> None:
    assert _found(entry) == []


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "papers"},
        {"records": 2},
        {"at_least": 2},
        {"at_most": 0},
        {"rejects": 2},
        {"rejects_at_least": 2},
        {"reasons": []},
        {"reasons": ["bad-cue", "damaged"]},
        {"words": [5, 9]},
        {"works": 2},
        {"titles": 2},
        {"chapters": ["One", "Two"]},
        {"chapter_words": ["Two"]},
        {"speakers": ["Tom"]},
        {"has": ["dark"]},
        {"lacks": ["lamp"]},
        {"in_order": ["lit", "The"]},
        {"lacks_pattern": "l.mp"},
        {"first": {"start": 2}},
        {"last": {"author": "Eve"}},
        {"some": {"title": "U"}},
        {"every": {"title": "U"}},
        {"tally": {"title": {"U": 1}}},
    ],
)
def test_every_key_objects_to_what_it_is_there_for(entry: dict[str, Any]) -> None:
    assert _found(entry)


@pytest.mark.parametrize("text", ["a <b>lamp</b>", "a &amp;lt; lamp", "a\x02lamp", "a ﬁre", "two  spaces"])
def test_what_is_left_of_markup_or_encoding_is_told(text: str) -> None:
    assert _found({}, [_passage(text)])


@pytest.mark.parametrize("fields", [{"anchor": ""}, {"file_sha256": ""}, {"end": 0.0}, {"work_id": ""}, {"licence": ""}])
def test_a_record_without_anchor_work_or_licence_is_told(fields: dict[str, Any]) -> None:
    assert _found({}, [_passage(**fields)])
