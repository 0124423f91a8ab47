"""Tests of wrappers: where the records of a parsed document are."""

import pytest

from empathy_assets.engines.reading.wrapping import unwrapped

_PAIR = {"question": "Why?", "answer": "Because."}
_CHAT = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ({"data": [_PAIR, _PAIR]}, [_PAIR, _PAIR]),
        ({"data": {"train": [_CHAT, _CHAT], "test": [_PAIR]}}, [_CHAT, _CHAT, _PAIR]),
        ({"train": [_CHAT], "validation": [_CHAT]}, [_CHAT, _CHAT]),
        ({"a": _CHAT, "b": _CHAT}, [{"id": "a", **_CHAT}, {"id": "b", **_CHAT}]),
        ({"1": ["Hi", "Hello"], "2": ["Hey", "Ho"]}, [{"id": "1", "turns": ["Hi", "Hello"]}, {"id": "2", "turns": ["Hey", "Ho"]}]),
        (
            {"question": {"0": "Why?", "1": "How?"}, "answer": {"0": "So.", "1": "Thus."}},
            [{"question": "Why?", "answer": "So."}, {"question": "How?", "answer": "Thus."}],
        ),
        (_CHAT, [_CHAT]),
        ({"data": _CHAT["messages"]}, [{"data": _CHAT["messages"]}]),
        ("text", ["text"]),
        ({}, [{}]),
    ],
)
def test_records_of_a_document(document, records):
    assert unwrapped(document) == records
