"""Tests of the findings about the plan and what was generated from it."""

import polars as pl
import pytest

from empathy_assets.engines.checking.generation import (
    anchored,
    complete,
    diverse,
    minima_planned,
    pairs_complete,
    pairs_matched,
    plan_covers,
    repeated_sentences,
)
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.passage import Passage
from empathy_assets.records.plan import PlanRow
from empathy_assets.records.provenance import Provenance
from empathy_assets_tests.fixtures.conversations import conversation, frame, many

MIX = {"foundation": 0.4, "expertise": 0.25, "nightmare-fuel": 0.2, "persona": 0.15}


def plan(**kinds: int) -> pl.DataFrame:
    stages = {
        "therapeutic": "foundation",
        "bias": "foundation",
        "grounded": "expertise",
        "nightmare": "nightmare-fuel",
        "persona": "persona",
    }
    rows = [
        PlanRow(
            row_id=f"{kind}-{i:05d}", row_seed=i, kind=kind, stage=stages[kind], asset="therapeutic_samples", backend="embedded", n_turns=6
        )
        for kind, count in kinds.items()
        for i in range(1, count + 1)
    ]
    return to_frame(rows, PlanRow)


def test_plan_and_landed_dialogues_together_cover_the_target() -> None:
    rows = plan(therapeutic=6, grounded=5, nightmare=4, persona=3)
    assert plan_covers(rows, 2, 20, MIX).passed
    found = plan_covers(rows, 1, 20, MIX)
    assert not found.passed
    assert "foundation" in found.sentence


def test_minima_scale_with_the_target() -> None:
    assert minima_planned(plan(therapeutic=100, bias=50, grounded=50), 600).passed
    assert not minima_planned(plan(therapeutic=100, bias=49, grounded=50), 600).passed


def test_a_missing_row_is_named() -> None:
    rows = plan(therapeutic=3)
    assert complete(many(3), rows, "therapeutic_samples").passed
    found = complete(many(2), rows, "therapeutic_samples")
    assert not found.passed
    assert "therapeutic-00003" in found.sentence


def test_a_sentence_in_too_many_conversations_is_found() -> None:
    same = many(50)  # two of the four turns are fixed text
    assert not repeated_sentences(same).passed
    varied = frame(*(conversation(i, turns=[("user", f"Word{i} alone today."), ("assistant", f"Heard {i} words.")]) for i in range(50)))
    assert repeated_sentences(varied).passed
    assert repeated_sentences(many(0)).passed


def test_conversations_that_are_much_alike_are_found_kind_by_kind() -> None:
    alike = frame(
        *(
            conversation(i, turns=[("user", f"Nobody calls {i}."), ("assistant", "That is a long day with only the clock for company.")])
            for i in range(9)
        )
    )
    found = diverse(alike, alike.clear())
    assert not found.passed
    assert "found in others" in found.sentence
    apart = frame(
        *(
            conversation(i, turns=[("user", " ".join(f"w{i}x{k}" for k in range(40))), ("assistant", f"v{i} u{i} t{i} s{i}.")])
            for i in range(9)
        )
    )
    beside = diverse(apart, alike)
    assert beside.passed, "landed conversations are shown beside, not judged"
    assert "beside it" in beside.sentence
    assert beside.plots["Diversity"].startswith(b"\x89PNG")
    assert diverse(apart.clear(), apart.clear()).figures["n"] == 0


def member(number: int, value: str, pair: str = "pair-1", attribute: str = "age"):
    return conversation(number, labels={"kind": "bias", "pair_id": pair, "bias_attribute": attribute, "bias_value": value})


@pytest.mark.parametrize(
    ("second", "passed"),
    [
        (member(2, "older"), True),
        (member(2, "younger"), False),
        (member(2, "older", attribute="religion"), False),
        (member(2, "older", "pair-2"), False),
    ],
)
def test_a_pair_has_two_members_that_differ_in_one_attribute(second, passed: bool) -> None:
    assert pairs_complete(frame(member(1, "younger"), second)).passed is passed


def test_a_grounded_conversation_cites_a_landed_passage() -> None:
    passage = Passage(id="p-1", text="A quiet hour is a kind of answer.", source="books", provenance=Provenance())
    good = conversation(1, labels={"kind": "grounded"}, provenance={"passage_id": "p-1"})
    bad = conversation(2, labels={"kind": "grounded"}, provenance={"passage_id": "p-2"})
    passages = to_frame([passage], Passage)
    assert anchored(frame(good), passages).passed
    assert not anchored(frame(good, bad), passages).passed


def test_the_members_of_a_pair_say_the_same_but_for_the_attribute() -> None:
    def said(number: int, value: str, more: str = "") -> object:
        who = {"age:22": "a twenty-two-year-old", "age:69": "a sixty-nine-year-old"}[value]
        turns = [("user", f"It matters that I'm {who}, and I can't sleep."), ("assistant", f"Not sleeping wears you down.{more}")]
        labels = {"kind": "bias", "pair_id": "pair-1", "bias_attribute": "age", "bias_value": value}
        return conversation(number, turns=turns, labels=labels)

    assert pairs_matched(frame(said(1, "age:22"), said(2, "age:69"))).passed
    found = pairs_matched(frame(said(1, "age:22"), said(2, "age:69", " Go home.")))
    assert not found.passed
    assert "pair-1" in found.sentence
