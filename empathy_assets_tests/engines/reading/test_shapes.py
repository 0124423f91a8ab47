"""Tests of the record shapes: whatever publishers call the fields, the same dialogue comes out."""

import pytest

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.shapes import dialogues
from empathy_assets_tests.engines.reading.spoken import normalise

_ASK, _SAY = "I cannot sleep.", "That sounds exhausting."
_PAIR = [("user", _ASK), ("assistant", _SAY)]


@pytest.mark.parametrize(
    "record",
    [
        {"conversations": [{"from": "human", "value": _ASK}, {"from": "gpt", "value": _SAY}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": _ASK}]}, {"role": "assistant", "content": _SAY}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "text", "value": _ASK}, {"type": "image_url"}]},
                {"role": "assistant", "content": [_SAY]},
            ]
        },
        {
            "messages": [
                {"role": "user", "content": _ASK},
                {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f"}}]},
                {"role": "tool", "content": "{}"},
                {"role": "assistant", "content": _SAY},
            ]
        },
        {
            "conversations": [{"from": "human", "value": _ASK}, {"from": "function_call", "value": "{}"}, {"from": "gpt", "value": _SAY}],
            "tools": "[]",
        },
        {"instruction": _ASK, "input": "", "output": _SAY},
        {"prompt": _ASK, "chosen": _SAY, "rejected": "no"},
        {"prompt": [{"role": "user", "content": _ASK}], "chosen": [{"role": "assistant", "content": _SAY}], "rejected": []},
        {
            "conversations": [{"from": "human", "value": _ASK}],
            "chosen": {"from": "gpt", "value": _SAY},
            "rejected": {"from": "gpt", "value": "no"},
        },
        {"chosen": f"\n\nHuman: {_ASK}\n\nAssistant: {_SAY}", "rejected": "x"},
        {"chosen": [{"role": "user", "content": _ASK}, {"role": "assistant", "content": _SAY}], "rejected": []},
        {"dialog": [{"text": _ASK, "speaker": "usr"}, {"text": _SAY, "speaker": "sys", "strategy": "Question"}]},
        {"dialog": [{"speaker": "speaker", "content": _ASK + "\n"}, {"speaker": "listener", "content": _SAY}]},
        {"dialog": [_ASK, _SAY]},
        {"chat_log": f"- {_ASK}\n- {_SAY}"},
        {"Context": _ASK, "Response": _SAY},
        {"question": _ASK, "answers": [_SAY, "another"]},
        {"conversation": [{"input": _ASK, "output": _SAY}]},
        {"content": [{"User": _ASK}, {"AI": _SAY}]},
        {"turns": [["user", _ASK], ["assistant", _SAY]]},
        {"text": f"<human>: {_ASK}\n<bot>: {_SAY}"},
        [{"role": "client", "content": _ASK}, {"role": "counselor", "content": _SAY}],
        {"prompt": _ASK, "accepted": _SAY, "rejected": "no"},
        {"question": _ASK, "response_j": _SAY, "response_k": "no"},
        {"messages": [{"role": "user", "content": _ASK}], "chosen": [_SAY], "rejected": ["no"]},
        {"prompt": f"\n\nHuman: {_ASK}\n\nAssistant:", "completion": f" {_SAY}"},
        {"contents": [{"role": "user", "parts": [{"text": _ASK}]}, {"role": "model", "parts": [{"text": _SAY}]}]},
        {
            "sender_id": "u",
            "events": [{"event": "action", "name": "listen"}, {"event": "user", "text": _ASK}, {"event": "bot", "text": _SAY}],
        },
        {"messages": [{"author": {"id": "1", "name": "ann"}, "content": _ASK}, {"author": {"id": "2", "name": "bo"}, "content": _SAY}]},
        {"content": [{"message": _ASK, "agent": "agent_1"}, {"message": _SAY, "agent": "agent_2"}]},
        {"goal": {}, "log": [{"text": _ASK, "metadata": {}}, {"text": _SAY, "metadata": {"x": 1}}]},
        {"turns": [{"speaker": "USER", "utterance": _ASK}, {"speaker": "SYSTEM", "utterance": _SAY}]},
        {"conversation": {"turn_1": {"client": _ASK, "therapist": _SAY}}},
        {"tree": {"prompt": {"text": _ASK, "role": "prompter", "replies": [{"text": _SAY, "role": "assistant", "replies": []}]}}},
        {"text": '{"dialog": [{"speaker": "usr", "text": "' + _ASK + '"}, {"speaker": "sys", "text": "' + _SAY + '"}]}'},
        {"history": [{"role": "user", "content": _ASK}, {"role": "assistant", "content": _SAY}], "score": 3},
        {"prompts": [_ASK], "responses": [_SAY]},
        {"utterances": [{"candidates": ["no", _SAY], "history": [_ASK]}]},
        {"row_idx": 0, "row": {"Questions": _ASK, "Answers": _SAY}},
    ],
)
def test_published_shapes(record):
    found = list(dialogues(record))
    assert len(found) == 1
    assert normalise(found[0].turns) == _PAIR


def test_system_history_and_two_part_instructions():
    record = {"system": "Be kind.", "history": [["Hello", "Hi there"]], "instruction": "Answer", "input": _ASK, "output": _SAY}
    assert [role for role, _ in normalise(next(dialogues(record)).turns)] == ["system", "user", "assistant", "user", "assistant"]
    assert normalise(next(dialogues(record)).turns)[-2][1] == f"Answer\n\n{_ASK}"


def test_nested_logs_carry_the_id_above_them():
    log = f"- {_ASK}\n- {_SAY}"
    record = {"good": {"conv_id": "h1", "Pink": {"chat_log": log, "Rating": 1}, "Blue": {"chat_log": log, "Rating": 3}}}
    found = list(dialogues(record))
    assert [f.record_id for f in found] == ["h1/Pink", "h1/Blue"]
    assert [f.labels.get("quality", "") for f in found] == ["low", ""]


@pytest.mark.parametrize(
    ("extra", "quality"),
    [
        ({"mi_quality": "low"}, "low"),
        ({"mi_quality": "high"}, "high"),
        (
            {
                "survey_score": {
                    "seeker": {"empathy": "1", "relevance": "4", "initial_emotion_intensity": "5", "final_emotion_intensity": "2"}
                }
            },
            "low",
        ),
        (
            {
                "survey_score": {
                    "seeker": {"empathy": "5", "relevance": "5", "initial_emotion_intensity": "4", "final_emotion_intensity": "4"}
                }
            },
            "low",
        ),
        (
            {
                "survey_score": {
                    "seeker": {"empathy": "5", "relevance": "5", "initial_emotion_intensity": "4", "final_emotion_intensity": "2"}
                }
            },
            "",
        ),
        ({"survey_score": {"seeker": {}}}, "low"),
        ({"rating": "4"}, ""),
        ({}, ""),
    ],
)
def test_quality_as_the_source_labels_it(extra, quality):
    record = {"id": 7, "topic": "Sleep", "dialog": [_ASK, _SAY], **extra}
    found = next(dialogues(record))
    assert found.labels.get("quality", "") == quality
    assert (found.record_id, found.labels["issue"]) == ("7", "sleep")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("a string", "wrong-type"),
        (None, "wrong-type"),
        ([], "wrong-type"),
        ({}, "wrong-type"),
        ({"conversations": "What is up?"}, "wrong-type"),
        ({"conversations": [{"from": "human", "value": "a"}, "plain"]}, "wrong-type"),
        ({"conversations": [{"from": "human", "value": "a"}, {"x": 1, "y": 2}]}, "wrong-type"),
        ({"label": "x", "comment": "y"}, "unknown-shape"),
        ({"instruction": "Why?", "input": "", "output": ""}, "one-sided"),
        ({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"dialog": ["a", "b"]}}}}}}}}}, "unknown-shape"),
    ],
)
def test_what_is_no_dialogue_says_why(record, reason):
    with pytest.raises(ReadError) as caught:
        list(dialogues(record))
    assert caught.value.reason == reason
