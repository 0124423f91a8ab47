"""Tests of the conversation record's validation."""

import pytest
from pydantic import ValidationError

from empathy_assets.records.conversation import STAGES, Conversation, Scores, Turn
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION


def test_a_conversation_carries_the_versions_that_made_it() -> None:
    record = Conversation(id="c-1", turns=[Turn(role="user", content="Hello.")], source="books")
    assert (record.schema_version, record.pipeline_version) == (SCHEMA_VERSION, PIPELINE_VERSION)


@pytest.mark.parametrize(
    "wrong",
    [
        {"turns": []},
        {"turns": [{"role": "therapist", "content": "Hello."}]},
        {"turns": [{"role": "user", "content": ""}]},
        {"stage": "finetune"},
        {"mood": "odd"},
        {"id": ""},
    ],
)
def test_impossible_conversations_are_refused(wrong: dict[str, object]) -> None:
    good: dict[str, object] = {"id": "c-1", "turns": [{"role": "user", "content": "Hello."}], "source": "books"}
    Conversation.model_validate(good)
    with pytest.raises(ValidationError):
        Conversation.model_validate(good | wrong)


def test_scores_are_probabilities() -> None:
    with pytest.raises(ValidationError):
        Scores(ears=1.2)


def test_the_four_stages_are_named_as_the_mission_names_them() -> None:
    assert STAGES == ("foundation", "expertise", "nightmare-fuel", "persona")
