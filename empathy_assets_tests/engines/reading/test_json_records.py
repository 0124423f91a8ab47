"""Tests of JSON corpora to dialogues; what becomes of the dialogues is in `test_conversations`."""

import json
from pathlib import Path
from typing import Any

from empathy_assets.engines.reading.json_records import Stretch, json_items
from empathy_assets.engines.reading.result import FileContext
from empathy_assets.records.licence import Rights

CONTEXT = FileContext("conversation_corpora", "a.jsonl", "", Rights(licence="CC0-1.0", origin="o", holder="h"))
TALK = [{"role": "user", "content": "I can't sleep."}, {"role": "assistant", "content": "That is hard."}]


def items(tmp_path: Path, lines: list[str]) -> list[Any]:
    path = tmp_path / "a.jsonl"
    text = "\n".join(lines)
    path.write_text(text, encoding="utf-8")
    return list(json_items(path, CONTEXT, text, ".jsonl"))


def test_lines_that_look_alike_come_as_one_stretch_with_the_others_between_them(tmp_path):
    lines = [json.dumps({"id": str(i), "messages": TALK}) for i in range(9)]
    lines[4] = "{"
    (stretch,) = items(tmp_path, lines)
    assert isinstance(stretch, Stretch)
    assert stretch.found["index"].to_list() == [0, 1, 2, 3, 5, 6, 7, 8]
    assert stretch.found["line"].to_list() == [1, 2, 3, 4, 6, 7, 8, 9]
    others: Any = stretch.others
    assert [(number, row[1]["position"]) for number, row in others] == [(4, "record 4, line 5")]


def test_lines_that_differ_come_one_by_one(tmp_path):
    found = items(
        tmp_path, [json.dumps({"id": "a", "messages": TALK}), *[json.dumps({"id": "b", "note": i, "messages": TALK}) for i in range(3)]]
    )
    assert [type(item) for item in found] == [list] * 4


def test_turns_in_records_of_their_own_come_last_as_one_dialogue(tmp_path):
    turns = [json.dumps({"conversation_id": "s", **turn}) for turn in TALK]
    alike = [json.dumps({"id": str(i), "messages": TALK}) for i in range(4)]
    *stretches, last = items(tmp_path, [alike[0], turns[0], *alike[1:3], turns[1], alike[3]])
    assert sum(stretch.found.height for stretch in stretches) == 4
    assert (last[0].dialogue.record_id, last[0].position) == ("s", "lines 2-5")
