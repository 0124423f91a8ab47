"""Tests of chat logs: dialogues written into one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.chatlog import chat_log, chat_logs
from empathy_assets_tests.engines.reading.spoken import normalise


@pytest.mark.parametrize(
    "text",
    [
        "- I lost my key\n- Oh no, where?\n- At work",
        "Client: I lost my key\nTherapist: Oh no,\nwhere?\nClient: At work",
        "<|user|>\nI lost my key<|end|>\n<|assistant|>\nOh no, where?<|end|>",
        "### Human: I lost my key\n### Assistant: Oh no, where?",
        "<s>[INST] I lost my key [/INST] Oh no, where? </s>",
        "\n\nHuman: I lost my key\n\nAssistant: Oh no, where?",
        "Client: I lost my key. Therapist: Oh no, where? Client: At work.",
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nI lost my key<|eot_id|><|start_header_id|>assistant"
        "<|end_header_id|>\n\nOh no, where?",
        "<start_of_turn>user\nI lost my key<end_of_turn>\n<start_of_turn>model\nOh no, where?<end_of_turn>",
        "<|prompter|>I lost my key<|endoftext|><|assistant|>Oh no, where?<|endoftext|>",
        "<human> I lost my key\n<bot> Oh no, where?",
        "Below is a task.\n\n### Instruction:\nI lost my key\n\n### Response:\nOh no, where?",
        "Question: I lost my key\nAnswer: Oh no, where?",
        "Q: I lost my key\nA: Oh no, where?",
        "P: I lost my key\nT: Oh no, where?",
        "Session of Monday\n\nClient: I lost my key\nTherapist: Oh no, where?",
        "12/31/20, 10:01 PM - Messages are encrypted.\n12/31/20, 10:01 PM - Ann: I lost my key\n12/31/20, 10:02 PM - Bo: Oh no, where?\n"
        "12/31/20, 10:03 PM - Ann: <Media omitted>\n12/31/20, 10:04 PM - Bo: Hm",
        "[31/12/20, 22:01:33] Ann: I lost my key\n[31/12/20, 22:01:50] Bo: Oh no, where?\n[31/12/20, 22:02:33] Ann: At work\n"
        "[31/12/20, 22:03] Bo: Ah",
    ],
)
def test_chat_logs(text):
    turns = normalise(chat_log(text))
    assert (turns[0][0], turns[0][1].rstrip(".")) == ("user", "I lost my key")
    assert turns[1][0] == "assistant"
    assert turns[1][1].startswith("Oh no,")


def test_prose_is_no_chat_log():
    assert chat_log("Note: this is prose.\nIt goes on.") == []
    assert chat_log("") == []


@given(st.text(max_size=200))
def test_chat_log_never_raises(text):
    chat_log(text)


def test_a_prompt_inside_the_first_instruction_is_the_system_turn():
    turns = chat_log("<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nI lost my key [/INST] Oh no </s><s>[INST] Yes [/INST] Hm </s>")
    assert turns == [("system", "Be kind."), ("user", "I lost my key"), ("assistant", "Oh no"), ("user", "Yes"), ("assistant", "Hm")]


def test_dialogues_one_after_another_keep_their_lines():
    text = "<bot> Hello\n<human> Hi <endOfText>\n<bot> Good day\n<human> Hey <endOfText>\n"
    assert [(a, b, len(turns)) for a, b, turns in chat_logs(text)] == [(1, 2, 2), (3, 4, 2)]
    ruled = "Client: One\nTherapist: Two\n--------\nno speakers here\n========\nClient: Three\nTherapist: Four"
    assert [(a, b, len(turns)) for a, b, turns in chat_logs(ruled)] == [(1, 2, 2), (4, 4, 0), (6, 7, 2)]


@given(st.text(max_size=200) | st.from_regex(r"[\[\]<>|:#A-Za-z1 \n/-]{0,80}", fullmatch=True))
def test_no_text_raises(text):
    assert isinstance(chat_log(text), list)
    assert isinstance(chat_logs(text), list)
