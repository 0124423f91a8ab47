"""Behaviour of `engines.scoring.score`."""

import numpy as np
import polars as pl
import pytest

from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.ears import load_scorer
from empathy_assets.engines.scoring.score import score_conversations, score_rows
from empathy_assets.records.arrow import conform, from_frame, to_frame
from empathy_assets.records.conversation import Conversation, Labels, Turn

WARM = (
    "It sounds as though the mornings are the hardest, crying alone in the car before you can face anyone.",
    "That makes so much sense after the year you have had, and I'm really glad you told me.",
    "If it feels right, we could think together about one small thing that would make Monday lighter. Who could you ask for help?",
)


def conversation(name, *pairs):
    turns = [Turn(role=role, content=content) for role, content in pairs]
    return Conversation(id=name, turns=turns, source="test", labels=Labels(issue="work"))


@pytest.fixture(scope="module")
def judges():
    return load_detector(), load_scorer()


@pytest.fixture(scope="module")
def frame():
    said = ("I cry in the car before work every morning.", "It has been a hard year since my divorce.", "I don't know how to go on Monday.")
    return to_frame(
        [
            conversation("warm", *[pair for s, w in zip(said, WARM, strict=True) for pair in (("user", s), ("assistant", w))]),
            conversation("cold", *[pair for s in said for pair in (("user", s), ("assistant", "Okay."))]),
            conversation("crisis", ("user", "I want to kill myself tonight, I have a plan."), ("assistant", "I'm here with you.")),
            conversation("echo", ("user", "Nice weather today."), ("assistant", "You said that you want to kill yourself tonight?")),
            conversation("silent", ("user", "Hello there.")),
            conversation("monologue", ("system", "Be kind."), ("assistant", "Take your time, I'm listening.")),
        ],
        Conversation,
    )


@pytest.fixture(scope="module")
def scored(frame, judges):
    return {c.id: c.scores for c in from_frame(score_conversations(frame, *judges), Conversation)}


def test_schema_and_other_fields_are_kept(frame, judges):
    found = score_conversations(frame, *judges)
    conform(found, Conversation)
    assert found.drop("scores").equals(frame.drop("scores"))
    assert found["scores"].struct.field("language").to_list() == frame["scores"].struct.field("language").to_list()


def test_warm_beats_cold(scored):
    assert scored["warm"].ears > scored["cold"].ears + 0.1


def test_only_the_clients_turns_are_judged_for_crisis(scored):
    assert scored["crisis"].crisis_flagged
    assert scored["crisis"].crisis_category == "suicidality"
    assert not scored["echo"].crisis_flagged
    assert scored["echo"].crisis_category == ""
    assert scored["monologue"].crisis == 0.0


def test_without_assistant_turns_ears_is_zero(scored):
    assert scored["silent"].ears == 0.0
    assert scored["silent"].evidence == []


def test_evidence_points_at_sentences(frame, scored):
    turns = frame.filter(pl.col("id") == "warm")["turns"].to_list()[0]
    found = {e.component: e for e in scored["warm"].evidence}
    assert {"empathize", "acknowledge", "reflect", "support"} <= set(found)
    for e in found.values():
        assert turns[e.turn]["role"] == "assistant"
        assert 0 <= e.start < e.end <= len(turns[e.turn]["content"])


def test_versions_travel(scored, judges):
    assert scored["warm"].detector_version == judges[0].version
    assert scored["warm"].scorer_version == judges[1].version


def test_scores_do_not_depend_on_the_rest_of_the_frame(frame, judges, scored):
    alone = from_frame(score_conversations(frame.slice(1, 1), *judges), Conversation)[0]
    assert alone.scores.ears == pytest.approx(scored["cold"].ears, abs=1e-6)
    assert alone.scores.crisis == pytest.approx(scored["cold"].crisis, abs=1e-6)


def test_empty_frame(frame, judges):
    assert score_conversations(frame.clear(), *judges).equals(frame.clear())


def test_rows_of_every_shape_in_order(judges):
    rows = [
        {"id": 1, "text": "I've been cutting myself again."},
        {"id": 2, "context": [{"role": "user", "content": "I'm sad."}], "response": "I'm so sorry, that sounds heavy."},
        {"id": 3, "messages": [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hello, what brings you here?"}]},
        {"id": 4, "wrong": 1},
        {"id": 5, "messages": ["no object"]},
        "line 6 is not JSON",
        {"id": 7, "text": ""},
        {"id": 8, "context": [{"role": "user"}], "response": "x"},
    ]
    found = list(score_rows(iter(rows), *judges))
    assert [r["id"] for r in found] == [1, 2, 3, 4, 5, None, 7, 8]
    assert found[0]["crisis"]["flagged"]
    assert found[0]["crisis"]["category"] == "self-harm"
    assert found[0]["crisis"]["spans"]
    assert "ears" not in found[0]
    assert set(found[1]["ears"]) == {"empathize", "acknowledge", "reflect", "support", "overall", "evidence"}
    assert "expected id and one of" in found[3]["error"]
    assert found[5]["error"] == "line 6 is not JSON"
    assert found[6]["crisis"] == {"score": 0.0, "flagged": False, "severe": False, "category": None, "spans": []}
    assert all("error" in found[k] for k in (3, 4, 5, 7))


def test_rows_are_read_as_a_stream(judges):
    read = []

    def endless():
        for i in range(10**9):
            read.append(i)
            yield {"id": i, "text": "A quiet day."}

    assert next(score_rows(endless(), *judges))["id"] == 0
    assert len(read) < 5000


def test_scores_are_deterministic(frame, judges):
    assert score_conversations(frame, *judges).equals(score_conversations(frame, *judges))
    assert np.isfinite(score_conversations(frame, *judges)["scores"].struct.field("ears").to_numpy()).all()
