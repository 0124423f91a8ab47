"""Tests of tables: questions and answers, utterance rows, windows, histories."""

import io
from typing import Any

import pytest

from empathy_assets.engines.reading.dialect import dialect_of
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.tabular import Table
from empathy_assets_tests.engines.reading.spoken import normalise


def read(text: str) -> list[Any]:
    return list(Table(io.StringIO(text, newline=""), dialect_of(text)).dialogues())


def test_question_and_answer_rows_without_names():
    text = 'n,questionID,questionTitle,questionText,therapistInfo,answerText\n0,9,Sleep?,"I\ncannot",Ann B,"<p>Rest</p>"\n'
    text += "1,9,Only title,,Bo,Fine\n2,9,T,Q,Bo,\n"
    found = read(text)
    assert [(a, b) for a, b, _ in found] == [(1, 1), (2, 2), (3, 3)]
    assert found[0][2].turns == [("user", "I\ncannot"), ("assistant", "<p>Rest</p>")]
    assert found[0][2].record_id == "9"
    assert found[1][2].turns[0] == ("user", "Only title")
    assert isinstance(found[2][2], ReadError)


def test_huge_fields_are_read_and_lost_quotes_are_told(monkeypatch):
    big = "word " * 300_000
    assert len(read(f'question,answer\na,"{big}"\n')[0][2].turns[1][1]) == len(big)
    monkeypatch.setattr("empathy_assets.engines.reading.tabular.number", lambda *_: 1)
    found = read(f'question,answer\na,"{big}"\nb,c\n')
    assert isinstance(found[0][2], ReadError)
    assert found[0][2].reason == "field-too-large"


def test_utterance_rows_repeated_per_annotator_count_once():
    rows = ["transcript_id,mi_quality,utterance_id,interlocutor,utterance_text,annotator_id"]
    for session in ("0", "1"):
        for u, (who, text) in enumerate([("therapist", "Hello"), ("client", "Hi"), ("therapist", "And?")]):
            rows += [f"{session},low,{u},{who},{text},{a}" for a in range(3)]
    found = read("\n".join(rows))
    assert [(a, b, d.record_id) for a, b, d in found] == [(1, 9, "0"), (10, 18, "1")]
    assert found[0][2].turns == [("therapist", "Hello"), ("client", "Hi"), ("therapist", "And?")]
    assert found[0][2].labels["quality"] == "low"


def test_utterance_rows_without_numbers_and_with_escaped_commas():
    found = read("conv_id,speaker_idx,utterance\na,1,Hi_comma_ you\na,1,Hi_comma_ you\na,2,Hello\nb,1,x\nshort\n")
    dialogues = [d for _, _, d in found if not isinstance(d, ReadError)]
    assert dialogues[0].turns == [("1", "Hi, you"), ("2", "Hello")]
    assert sum(isinstance(d, ReadError) for _, _, d in found) == 1


def test_cells_that_hold_a_list_or_a_log():
    turns = "[{'from': 'human', 'value': 'Hi'}, {'from': 'gpt', 'value': 'Hello'}]"
    assert normalise(read(f'id,conversations\n1,"{turns}"\n')[0][2].turns) == [("user", "Hi"), ("assistant", "Hello")]
    assert len(read('text\n"Client: Hi\nTherapist: Hello"\n')[0][2].turns) == 2


def test_unknown_columns_are_refused():
    with pytest.raises(ReadError) as caught:
        read("height,weight\n1,2\n")
    assert caught.value.reason == "unknown-shape"


def test_histories_become_the_whole_dialogue():
    text = (
        "Dialogue_History,Speaker_Turn,Gold_Standard\n"
        "<START>,None,Hi how can I help\n"
        "<START> </s> Hi how can I help </s> I am sad,None supporter seeker,Why is that\n"
        "Hi how can I help </s> I am sad </s> Why is that </s> My cat died,supporter seeker supporter seeker,Oh no\n"
        "<START> </s> Hello,None seeker,Good day\n"
        "broken\n"
    )
    found = read(text)
    whole = [d for _, _, d in found if not isinstance(d, ReadError)]
    assert [[t for _, t in d.turns] for d in whole] == [
        ["Hi how can I help", "I am sad", "Why is that", "My cat died", "Oh no"],
        ["Hello", "Good day"],
    ]


_ASK, _SAY = "I have not slept for a week now.", "That must be very hard on you."


@pytest.mark.parametrize(
    "text",
    [
        f'Questions,Answers\n"{_ASK}","{_SAY}"\n',
        f'"{_ASK}","{_SAY}"\n',
        f'0,"{_ASK}","{_SAY}"\n',
        f"sep=;\nquestion;answer\n{_ASK};{_SAY}\n",
        f'id,title,selftext,comment\n1,Sleep,"{_ASK}","{_SAY}"\n',
        f"Client|Therapist\n{_ASK}|{_SAY}\n",
        f'text\n"Client: {_ASK} Therapist: {_SAY}"\n',
        f"dialog,act\n\"['{_ASK}'\n '{_SAY}']\",[2 3]\n",
    ],
)
def test_published_tables(text):
    found = read(text)
    assert [d for _, _, d in found if isinstance(d, ReadError)] == []
    assert normalise(found[0][2].turns) == [("user", _ASK), ("assistant", _SAY)]


def test_an_instruction_that_makes_a_persona_is_the_system_turn():
    found = read(f'instruction,input,output\n"You are a kind helper.","{_ASK}","{_SAY}"\n"Sum up:","{_ASK}","{_SAY}"\n')
    assert normalise(found[0][2].turns)[0] == ("system", "You are a kind helper.")
    assert normalise(found[1][2].turns)[0] == ("user", f"Sum up:\n\n{_ASK}")


def test_rows_with_a_delimiter_too_many_are_told_and_not_cut():
    found = read("question,answer\nWhy,It comes, like rain, and goes\n")
    assert found[0][2].reason == "spoiled-record"
    assert read("question,answer\nWhy,It comes,,\n")[0][2].turns[1] == ("assistant", "It comes")


def test_utterances_without_a_session_are_one_until_their_numbers_begin_again():
    rows = ["ID,Utterance,Type", "0,Hello there,T", "1,Hi,P", "2,And how are you?,T", "0,Good day,T", "1,Hey,P"]
    assert [(a, b, len(d.turns)) for a, b, d in read("\n".join(rows))] == [(1, 3, 3), (4, 5, 2)]
    ids = ["id,Speaker,Utterance", *(f"{i},{'TP'[i % 2]},line {i}" for i in range(6))]
    assert [(a, b, len(d.turns)) for a, b, d in read("\n".join(ids))] == [(1, 6, 6)]
    assert len(read("Type,Utterance\nT,Hello there\nP,Hi\n")[0][2].turns) == 2
