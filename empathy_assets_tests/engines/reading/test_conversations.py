"""Tests of corpus files: kinds told apart, encodings, salvage, language, identity across shapes."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empathy_assets.engines.reading import columns, conversations, json_records
from empathy_assets.engines.reading.result import FileContext, ReadError, collect, guarded
from empathy_assets.engines.reading.shapes import Dialogue
from empathy_assets.records.licence import Rights
from empathy_assets_tests.engines.reading.samples import read, reasons

_ASK, _SAY = "I have been lying awake for weeks and I am worn out.", "That sounds exhausting, and lonely too."
_RECORD = {"id": "r1", "messages": [{"role": "user", "content": _ASK}, {"role": "assistant", "content": _SAY}]}


def corpus(tmp_path, name, data):
    return read(tmp_path, name, data, "conversation_corpora")


def test_one_dialogue_in_many_files_is_one_work(tmp_path):
    files = {
        "a.jsonl": json.dumps(_RECORD) + "\n" + json.dumps(_RECORD) + "\n",
        "b.json": json.dumps([_RECORD], indent=2),
        "c.jsonl": json.dumps([_RECORD], indent=2),
        "d.csv": f'Context,Response\n"{_ASK}","{_SAY}"\n',
        "e.tsv": f"question\tanswer\n{_ASK}\t{_SAY}\n",
        "f.txt": f"Client: {_ASK}\nTherapist: {_SAY}\n",
        "g.json": "\ufeff" + json.dumps([_RECORD]).replace(",", ",\r\n"),
        "h.json": json.dumps(_RECORD["messages"]),
        "i.jsonl": "\n".join(json.dumps({"conversation_id": 1, **turn}) for turn in _RECORD["messages"]),
        "j.tsv": f"1.0 0 0 {_ASK} EOS 1.0 1 1 [Other] {_SAY}\n",
        "k.json": json.dumps([_RECORD]).encode("utf-16"),
    }
    found = {name: corpus(tmp_path, name, data) for name, data in files.items()}
    assert {name: reasons(r) for name, r in found.items() if r.rejects} == {}
    assert {c.provenance.work_id for r in found.values() for c in r.conversations} == {found["a.jsonl"].conversations[0].provenance.work_id}
    assert len({c.id for r in found.values() for c in r.conversations}) == 1
    first = found["a.jsonl"].conversations[1]
    assert (first.provenance.unit, first.provenance.start, first.provenance.record_id) == ("line", 2.0, "r1")
    assert (first.source, first.licence, first.labels.kind) == ("conversation_corpora", "CC0-1.0", "corpus")


def test_spoiled_records_are_told_and_the_rest_is_read(tmp_path):
    text = json.dumps([_RECORD, "I feel alone.", None, {"id": 2, "conversations": "What?"}, _RECORD, []], indent=1)
    result = corpus(tmp_path, "mixed.json", text)
    assert len(result.conversations) == 2
    assert reasons(result) == ["wrong-type"] * 4
    assert result.rejects[0].position.startswith("record 1, line ")


def test_lines_of_odd_bytes_and_broken_json(tmp_path):
    good = json.dumps(_RECORD).encode()
    latin = json.dumps({**_RECORD, "note": "x"}).replace("lonely", "lonely – café").encode("cp1252")
    result = corpus(tmp_path, "a.jsonl", b"\n".join([good, latin, b'{"id": "cut', good]))
    assert [c.provenance.start for c in result.conversations] == [1.0, 2.0, 4.0]
    assert "café" in result.conversations[1].turns[1].content
    assert reasons(result) == ["spoiled-record"]


def test_other_languages_are_counted_per_conversation(tmp_path):
    record = {
        "dialog": ["Ich weiß nicht, wie es nach der Trennung weitergehen soll, alles ist leer.", "Das klingt sehr schwer, und auch einsam."]
    }
    result = corpus(tmp_path, "de.json", json.dumps([record, _RECORD]))
    assert reasons(result) == ["not-english"]
    assert len(result.conversations) == 1


def test_names_and_links_of_answerers_stay_out(tmp_path):
    text = f'questionID,questionText,therapistInfo,therapistURL,answerText\n7,"{_ASK}","Jane Roe, LCSW",https://x.org/jane-roe,"<p>{_SAY}</p>"\n'
    conversation = corpus(tmp_path, "qa.csv", text).conversations[0]
    assert "Roe" not in conversation.model_dump_json()
    assert conversation.turns[1].content == _SAY
    assert conversation.provenance.record_id == "7"


def test_slots_of_an_unfilled_template_become_masked_details(tmp_path):
    text = json.dumps({"question": f"I am {{{{ client_name }}}}. {_ASK}", "answer": f"{_SAY} {{{{name}}}}, {{{{}}}} and {{x}} stay."})
    turns = corpus(tmp_path, "a.jsonl", text).conversations[0].turns
    assert turns[0].content.startswith("I am [CLIENTNAME_1]. ")
    assert turns[1].content.endswith("[NAME_1], {{}} and {x} stay.")


def test_a_text_file_of_several_dialogues_and_a_log_with_times(tmp_path):
    one = f"Client: {_ASK}\nTherapist: {_SAY}"
    result = corpus(tmp_path, "a.txt", f"{one}\n-----\nnobody speaks here\n-----\n{one}\n")
    assert [c.provenance.anchor for c in result.conversations] == ["lines 1-2", "lines 6-7"]
    assert [(r.position, r.reason) for r in result.rejects] == [("line 4", "no-turns")]
    timed = f"[31/12/20, 22:01:33] Ann: {_ASK}\n[31/12/20, 22:02] Bo: {_SAY}\n[31/12/20, 22:03] Ann: Yes\n[31/12/20, 22:04] Bo: Hm"
    assert len(corpus(tmp_path, "b.txt", timed).conversations[0].turns) == 4
    tabbed = corpus(tmp_path, "d.tsv", f"therapist\t00:00:13\tHello.\nclient\t00:00:24\t{_ASK}\ntherapist\t00:00:30\t{_SAY}\n")
    assert [[t.role for t in c.turns] for c in tabbed.conversations] == [["assistant", "user", "assistant"]]
    assert len(corpus(tmp_path, "c.txt", f"{_ASK} __eou__ {_SAY} __eou__\n").conversations) == 1


def test_messages_of_a_thread_are_one_dialogue_along_the_best_replies(tmp_path):
    rows = [
        {"message_id": "a", "parent_id": None, "message_tree_id": "a", "role": "prompter", "text": _ASK, "labels": {"name": ["x"]}},
        {"message_id": "c", "parent_id": "a", "message_tree_id": "a", "role": "assistant", "text": "Pull yourself together.", "rank": 1},
        {"message_id": "b", "parent_id": "a", "message_tree_id": "a", "role": "assistant", "text": _SAY, "rank": 0},
    ]
    result = corpus(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))
    assert [[t.content for t in c.turns] for c in result.conversations] == [[_ASK, _SAY]]
    assert result.conversations[0].provenance.record_id == "a"


def test_long_documents_are_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("empathy_assets.engines.reading.stream._PIECE", 7)
    text = json.dumps([{**_RECORD, "note": "naïve – “quotes”"}] * 5, ensure_ascii=False, indent=1).replace("\n", "\r\n")
    result = corpus(tmp_path, "a.json", text)
    assert (len(result.conversations), result.rejects) == (5, [])
    cut = corpus(tmp_path, "b.json", text.encode()[:-60])
    assert (len(cut.conversations), reasons(cut)) == (4, ["truncated"])


def test_sessions_a_source_calls_bad_carry_the_label(tmp_path):
    rows = f'transcript_id,mi_quality,utterance_id,interlocutor,utterance_text\n1,low,0,client,{_ASK}\n1,low,1,therapist,"{_SAY}"\n'
    assert corpus(tmp_path, "a.csv", rows).conversations[0].labels.quality == "low"
    scores = {"seeker": {"initial_emotion_intensity": "4", "empathy": "1", "relevance": "2", "final_emotion_intensity": "4"}}
    dialog = [{"speaker": "seeker", "content": _ASK + "\n"}, {"speaker": "supporter", "content": _SAY}]
    assert corpus(tmp_path, "b.json", json.dumps([{"survey_score": scores, "dialog": dialog}])).conversations[0].labels.quality == "low"
    liked = [{**_RECORD, "label": True}, {**_RECORD, "label": False}]
    assert [c.labels.quality for c in corpus(tmp_path, "c.json", json.dumps(liked)).conversations] == ["", "low"]


def test_files_that_are_none(tmp_path):
    assert reasons(corpus(tmp_path, "a.json", "\ufeff")) == ["empty-file"]
    assert reasons(corpus(tmp_path, "b.json", '"')) == ["spoiled-record"]
    assert reasons(corpus(tmp_path, "c.bin", b"\x00\x01\x02\x03" * 50)) in (["unknown-kind"], ["unknown-shape"])
    assert reasons(corpus(tmp_path, "d.csv", "height,weight\n1,2\n")) == ["unknown-shape"]
    assert reasons(corpus(tmp_path, "e.jsonl", '{"messages": [{"role": "user", "content": "only me"}]}\n{"a": 1}')) == [
        "one-sided",
        "unknown-shape",
    ]


@given(
    data=st.binary(max_size=300) | st.from_regex(r'[\[\]{}",:a1 \n|;]{0,80}', fullmatch=True).map(str.encode),
    suffix=st.sampled_from(["json", "jsonl", "csv", "tsv", "txt"]),
)
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise(tmp_path, data, suffix):
    result = corpus(tmp_path, f"x.{suffix}", data)
    assert result.conversations or result.rejects


LINE = st.sampled_from(
    [
        json.dumps(_RECORD),
        json.dumps({**_RECORD, "id": "b"}) + "\r",
        json.dumps({**_RECORD, "id": " c "}, separators=(",", ":")),
        json.dumps({**_RECORD, "messages": [{"role": "user", "content": "So\u00a0 “tired” {{x}}_comma_ \x1f"}, _RECORD["messages"][1]]}),
        json.dumps({**_RECORD, "messages": [{"role": "user", "content": "\ud800"}, _RECORD["messages"][1]]}),
        json.dumps({**_RECORD, "messages": _RECORD["messages"] * 2}),
        json.dumps({**_RECORD, "messages": _RECORD["messages"][::-1]}),
        json.dumps({**_RECORD, "id": 5, "topic": "sleep"}),
        json.dumps({"conversations": [{"from": "human", "value": "It ' s late ."}, {"from": "gpt", "value": "“Late”,\u00a0yes"}]}),
        json.dumps({"text": _ASK, "label": 1}),
        json.dumps({"id": "x", "messages": [{"role": "user", "content": None}]}),
        json.dumps({"id": "x", "messages": [{"role": "user", "content": " "}]}),
        json.dumps({"a": _RECORD, "b": {"messages": [_RECORD["messages"][0]]}, "c": _RECORD}),
        json.dumps({"conversation_id": 1, "role": "user", "content": _ASK}),
        json.dumps({"conversation_id": 1, "role": "assistant", "content": _SAY}),
        json.dumps(_RECORD)[:-30],
        json.dumps(_RECORD) + json.dumps(_RECORD),
        "[]",
        "",
        "null",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE, max_size=12), st.integers(1, 5), st.integers(1, 600))
def test_the_short_way_and_the_long_way_give_the_same(tmp_path, monkeypatch, lines, rows, block):
    """Many lines at a time, by a template or by the names of their fields, against one at a time and every record looked at wholly."""
    text = "\n".join([json.dumps(_RECORD), *lines])
    with monkeypatch.context() as patch:
        patch.setattr(json_records, "template_of", lambda _: None)
        patch.setattr(json_records, "common_dialogue", lambda _: None)
        patch.setattr(conversations, "_BATCH_ROWS", 1)
        long_way = corpus(tmp_path, "a.jsonl", text)
    with monkeypatch.context() as patch:
        patch.setattr(json_records, "_WORTH", 0.0)
        patch.setattr(json_records, "_BLOCK", block)
        assert corpus(tmp_path, "a.jsonl", text) == long_way
    with monkeypatch.context() as patch:
        patch.setattr(conversations, "_BATCH_ROWS", rows)
        assert corpus(tmp_path, "a.jsonl", text) == long_way
    assert corpus(tmp_path, "a.jsonl", text) == long_way


def test_what_came_before_an_error_is_kept(tmp_path, monkeypatch):
    plain_texts = columns.plain_texts

    def failing(texts):
        if any("boom" in text for text in texts):
            raise ArithmeticError("no")
        return plain_texts(texts)

    monkeypatch.setattr(columns, "plain_texts", failing)
    bad = {"messages": [{"role": "user", "content": "boom"}]}
    result = corpus(tmp_path, "a.jsonl", "\n".join(map(json.dumps, [_RECORD, _RECORD, bad, _RECORD])))
    assert (len(result.conversations), reasons(result)) == (3, ["damaged"])  # the lines of a stretch are read together


def test_an_error_of_the_file_comes_behind_its_rows():
    def items():
        yield [columns.Placed(Dialogue([("user", _ASK), ("assistant", _SAY)]), "line", 1, 1, "line 1")]
        raise ReadError("damaged", "x")

    context = FileContext("conversation_corpora", "a.jsonl", "", Rights(licence="CC0-1.0", origin="o", holder="h"))
    result = collect(guarded(context, conversations.blocks(context, items())))
    assert (len(result.conversations), reasons(result)) == (1, ["damaged"])
