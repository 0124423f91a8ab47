"""Tests of routing between foundation and the fence."""

import polars as pl

from empathy_assets.engines.staging.route import route
from empathy_assets_tests.fixtures.conversations import conversation, frame

LANDED = {"stage": None, "source": "conversation_corpora", "provenance": {"plan_row_id": "", "backend": ""}}
CALM = conversation(1, **LANDED)
SEVERE = conversation(2, scores={"crisis_severe": True, "crisis_category": "suicidality"}, **LANDED)
FLAGGED = conversation(3, scores={"crisis_flagged": True}, **LANDED)
PLANNED = conversation(4, stage="nightmare-fuel", labels={"category": "stalking"})


def test_a_landed_dialogue_goes_to_foundation_unless_the_crisis_is_severe() -> None:
    rows = route(frame(CALM, SEVERE, FLAGGED, PLANNED), "foundation")
    assert rows["id"].to_list() == [CALM.id, FLAGGED.id]
    assert set(rows["stage"]) == {"foundation"}
    assert rows["exempt_from"].list.len().sum() == 0


def test_severe_and_planned_crises_are_fenced_with_their_category() -> None:
    rows = route(frame(CALM, SEVERE, FLAGGED, PLANNED), "nightmare-fuel")
    assert rows["id"].to_list() == [SEVERE.id, PLANNED.id]
    assert rows["exempt_from"].to_list() == [["content"], ["content"]]
    assert rows["labels"].struct.field("category").to_list() == ["suicidality", "stalking"]


def test_a_planned_row_keeps_its_stage_and_unjudged_rows_are_not_severe() -> None:
    unjudged = conversation(5, scores={"crisis_severe": None}, **LANDED)
    assert route(frame(unjudged), "foundation").height == 1
    assert route(frame(PLANNED), "persona").is_empty()
    assert pl.concat([route(frame(CALM, SEVERE), s) for s in ("foundation", "nightmare-fuel")]).height == 2
