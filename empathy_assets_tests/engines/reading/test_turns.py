"""Tests of turns: an item of a list to speaker and text."""

import pytest

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.turns import asked_turns, item_turns, paired_turns, text_of, turns_of

_HI, _HELLO = ("user", "Hi"), ("assistant", "Hello")


@pytest.mark.parametrize(
    "items",
    [
        ["Hi", "Hello"],
        ["User: Hi", "Assistant: Hello"],
        [["Hi", "Hello"]],
        [["user", "Hi"], ["assistant", "Hello"]],
        [{"text": "Hi", "metadata": {}}, {"text": "Hello", "metadata": {"a": 1}}],
        [{"role": "user", "parts": [{"text": "Hi"}]}, {"role": "assistant", "content": {"parts": ["Hello"]}}],
        [{"author": {"name": "user"}, "content": "Hi"}, {"author": {"role": "assistant"}, "content": "Hello"}],
        [{"event": "user", "text": "Hi"}, {"event": "assistant", "text": "Hello"}],
        [
            {"type": "user", "data": {"content": "Hi"}},
            {"subtype": "join", "text": "x"},
            {"type": "assistant", "data": {"content": "Hello"}},
        ],
        [{"user": "Hi", "assistant": "Hello"}],
        [{"candidates": ["no", "Hello"], "history": ["Hi"]}],
        [{"from": "user", "text": ["H", {"type": "bold", "text": "i"}]}, {"from": "assistant", "text": "Hello"}],
        [{"role": "user", "content": [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {}}]}, {"assistant": "Hello"}],
    ],
)
def test_items_of_many_kinds(items):
    assert [(who.lower(), text) for who, text in turns_of(items)] == [_HI, _HELLO]


def test_speakers_known_only_by_number_stay_apart():
    items = [{"agent": "agent_1", "message": "Hi"}, {"agent": "agent_2", "message": "Hello"}]
    assert turns_of(items) == [("agent_1", "Hi"), ("agent_2", "Hello")]


@pytest.mark.parametrize("item", ["text", None, {"x": 1, "y": 2}, 7])
def test_what_is_no_turn_says_so(item):
    with pytest.raises(ReadError, match="wrong-type"):
        item_turns(item, 0)


def test_questions_and_answers():
    assert paired_turns({"prompts": ["Hi", "And?"], "responses": ["Hello", "So."]}) == [_HI, _HELLO, ("user", "And?"), ("assistant", "So.")]
    assert paired_turns({"prompts": ["Hi"], "responses": ["Hello", "So."]}) == []
    assert paired_turns({"question": "Hi", "answers": [{"text": "Hello"}, {"text": "Ho"}]}) == [_HI, _HELLO]
    assert paired_turns({"prompt": "\n\nHuman: Hi\n\nAssistant:", "completion": "Hello"}) == [("Human", "Hi"), ("assistant", "Hello")]


@pytest.mark.parametrize("content", [None, 7, 1.5, True])
def test_a_turn_without_words_is_refused_unless_it_calls_a_tool(content):
    with pytest.raises(ReadError, match="expected what was said"):
        turns_of([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": content}])
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    assert turns_of([{"role": "user", "content": "Hi"}, call, {"role": "assistant", "content": "Hello"}]) == [
        _HI,
        ("assistant", ""),
        _HELLO,
    ]


def test_instruction_persona_and_context():
    assert asked_turns({"instruction": "You are kind.", "input": "Hi"}) == [("system", "You are kind."), _HI]
    assert asked_turns({"instruction": "Sum up.", "context": "Long."}) == [("user", "Sum up.\n\nLong.")]
    assert asked_turns({"instruction": "You are kind.", "input": ""}) == [("user", "You are kind.")]


def test_text_of_nothing_is_empty():
    assert text_of({"content": None}) == ""
    assert text_of({"content": [{"type": "image"}, 3]}) == ""
