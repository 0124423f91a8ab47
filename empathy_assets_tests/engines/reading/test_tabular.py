"""Tests of tables: questions and answers, utterance rows, windows, histories."""

import io

import pytest

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import normalise
from empathy_assets.engines.reading.tabular import Table, is_windows, windows


def read(text, delimiter=","):
    return list(Table(io.StringIO(text, newline=""), delimiter).dialogues())


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


def test_windows_become_the_whole_dialogue():
    a = ["1.0 0 0 Hello  EOS 1.0 1 1 [Other] Hi", "0.0 0 0 Hello  EOS 0.0 1 1 [Other] Hi EOS 1.0 0 2 So tired EOS 1.0 1 3 [Questions] Why?"]
    b = ["1.0 0 0 Good day  EOS 1.0 1 1 [Other] Hi", "garbage"]
    assert is_windows(a[0])
    assert not is_windows("a,b,c")
    found = list(windows(enumerate([*a, *b], start=1)))
    assert found[0][:2] == (1, 2)
    assert [text.strip() for _, text in found[0][2].turns] == ["Hello", "Hi", "So tired", "Why?"]
    assert isinstance(found[1][2], ReadError)
    assert found[2][2].turns[0][1].strip() == "Good day"


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
