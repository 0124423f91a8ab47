"""Tests of the chunk-wise part of staging."""

from collections.abc import Sequence
from typing import Any, get_args

import polars as pl
import pytest

from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.encoder import Encoder
from empathy_assets.engines.scoring.tier import Engine
from empathy_assets.engines.scoring.torch_encoder import TOLERANCE
from empathy_assets.engines.staging import prepare
from empathy_assets.engines.staging.prepare import empty_outcome, heard_in, prepare_and_score, unpack, until_last_answer
from empathy_assets_tests.fixtures.conversations import conversation, frame, many

BLANK = {"scores": {"ears": None, "crisis": None, "scorer_version": "", "detector_version": ""}}


def test_rows_are_cleaned_and_judged_and_unusable_ones_become_rejects() -> None:
    good = conversation(1, **BLANK)
    mute = conversation(2, turns=[("user", "Is anybody there at this hour of the night?")], **BLANK)
    records, rejects = unpack([prepare_and_score(frame(good, mute), tier="cascade")])
    assert records["id"].to_list() == [good.id]
    assert records["scores"].struct.field("ears")[0] > 0
    assert records["scores"].struct.field("detector_version")[0]
    assert rejects["reason"].to_list() == ["one-sided"]


def test_the_result_does_not_depend_on_the_chunks() -> None:
    rows = many(6, **BLANK)
    whole, _ = unpack([prepare_and_score(rows, tier="cascade")])
    pieces, _ = unpack([prepare_and_score(rows.slice(0, 2), tier="cascade"), prepare_and_score(rows.slice(2), tier="cascade")])
    assert pieces.equals(whole)


def test_turns_that_were_judged_are_not_judged_again_and_nobody_can_tell() -> None:
    rows = many(4, **BLANK)
    whole = prepare_and_score(rows, tier="student")
    known = heard_in([whole.head(2)["heard"]])
    assert known
    assert heard_in([]) == {}
    assert prepare_and_score(rows, tier="student", known=known).equals(whole)
    assert prepare_and_score(rows, tier="student", known=heard_in([whole["heard"]])).equals(whole)
    made_up = unpack([prepare_and_score(rows, tier="student", known=dict.fromkeys(heard_in([whole["heard"]]), 0.125))])[0]
    assert set(made_up["scores"].struct.field("crisis")) == {0.125}  # it is asked of what is known indeed
    assert prepare_and_score(rows, tier="student").equals(whole)  # and what was told is not remembered as judged


def test_a_process_judges_a_turn_once_whatever_chunk_it_stands_in_and_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = load_detector(tier="student")
    asked: list[str] = []
    judge = Encoder.logits

    def listening(self: Encoder, texts: Sequence[str]) -> Any:
        asked.extend(texts)
        return judge(self, texts)

    monkeypatch.setattr(Encoder, "logits", listening)
    monkeypatch.setattr(prepare, "_REMEMBERED", 2)
    prepare._memory(detector.version).clear()
    one, two, three = (
        frame(conversation(n, turns=[("user", f"{said} I cannot sleep."), ("assistant", "That wears one down.")], **BLANK))
        for n, said in enumerate(("My sister left.", "My job is gone.", "The house is cold."), start=1)
    )
    first = prepare_and_score(one, tier="student")
    assert len(asked) == 1
    assert prepare_and_score(one, tier="student").equals(first)
    assert len(asked) == 1
    for other in (two, three):
        prepare_and_score(other, tier="student")
    assert len(asked) == 3
    assert prepare_and_score(one, tier="student").equals(first)
    assert len(asked) == 4


def test_the_engine_on_torch_judges_and_signs_what_it_judged() -> None:
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    rows = many(2, **BLANK)
    quick, precise = (unpack([prepare_and_score(rows, tier="encoder", engine=engine)])[0]["scores"].struct for engine in get_args(Engine))
    for name in ("detector_version", "scorer_version"):
        assert precise.field(name).to_list() == [f"{version}-torch" for version in quick.field(name)]
    assert precise.field("ears").to_list() == pytest.approx(quick.field("ears").to_list(), abs=TOLERANCE.greatest)


def test_nothing_in_gives_nothing_out() -> None:
    assert prepare_and_score(many(0), tier="cascade").schema == empty_outcome().schema
    records, rejects = unpack([])
    assert records.is_empty()
    assert rejects.is_empty()


def test_an_unanswered_goodbye_is_left_off() -> None:
    turns = [("user", "I slept badly."), ("assistant", "That wears one down."), ("user", "Yes."), ("user", "Bye.")]
    trimmed = until_last_answer(frame(conversation(1, turns=turns), conversation(2), conversation(3, turns=turns[:1])))
    assert trimmed["turns"].list.len().to_list() == [2, 4, 1]
    assert trimmed.schema == pl.DataFrame(schema=trimmed.schema).schema
