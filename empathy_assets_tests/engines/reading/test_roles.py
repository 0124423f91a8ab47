"""Tests of roles and chat logs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import chat_log, normalise, role_of


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("human", "user"),
        ("GPT", "assistant"),
        ("Client", "user"),
        ("therapist", "assistant"),
        ("<|user|>", "user"),
        ("tool", "skipped"),
        ("Bob", ""),
    ],
)
def test_role_of(name, role):
    assert role_of(name) == role


def test_runs_merge_tools_vanish_and_empty_turns_go():
    turns = [("system", "Be kind."), ("user", "Hi"), ("user", "again"), ("assistant", ""), ("tool", "{}"), ("assistant", "Hello")]
    assert normalise(turns) == [("system", "Be kind."), ("user", "Hi\nagain"), ("assistant", "Hello")]


def test_unknown_pairs_of_speakers_are_told_by_who_opens():
    assert normalise([("Ann", "a"), ("Bo", "b"), ("Ann", "c")]) == [("user", "a"), ("assistant", "b"), ("user", "c")]
    assert normalise([("client", "a"), ("Dr. B", "b")]) == [("user", "a"), ("assistant", "b")]
    assert normalise([("user", "a"), ("system", "b"), ("user", "c"), ("system", "d")])[1][0] == "assistant"


def test_tokenised_text_is_joined():
    assert normalise([("usr", "i don ' t know ."), ("sys", "Oh , I see !")]) == [("user", "i don't know."), ("assistant", "Oh, I see!")]


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([], "no-turns"),
        ([("user", " ")], "no-turns"),
        ([("user", "a")], "one-sided"),
        ([("A", "1"), ("B", "2"), ("C", "3")], "unknown-roles"),
    ],
)
def test_what_is_no_dialogue_says_why(turns, reason):
    with pytest.raises(ReadError) as caught:
        normalise(turns)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "- I lost my key\n- Oh no, where?\n- At work",
        "Client: I lost my key\nTherapist: Oh no,\nwhere?\nClient: At work",
        "<|user|>\nI lost my key<|end|>\n<|assistant|>\nOh no, where?<|end|>",
        "### Human: I lost my key\n### Assistant: Oh no, where?",
        "<s>[INST] I lost my key [/INST] Oh no, where? </s>",
        "\n\nHuman: I lost my key\n\nAssistant: Oh no, where?",
    ],
)
def test_chat_logs(text):
    turns = normalise(chat_log(text))
    assert turns[0] == ("user", "I lost my key")
    assert turns[1][0] == "assistant"
    assert turns[1][1].startswith("Oh no,")


def test_prose_is_no_chat_log():
    assert chat_log("Note: this is prose.\nIt goes on.") == []
    assert chat_log("") == []


@given(st.text(max_size=200))
def test_chat_log_never_raises(text):
    chat_log(text)
