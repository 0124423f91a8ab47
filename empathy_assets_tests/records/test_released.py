"""Tests of a row of the record catalogue."""

from typing import get_args

import pytest
from pydantic import ValidationError

from empathy_assets.records.conversation import STAGES, Conversation, Split
from empathy_assets.records.released import ReleasedRecord

ROW: dict[str, object] = {
    "id": "c-1",
    "split": "train",
    "line": 1,
    "stage": "foundation",
    "kind": "corpus",
    "source": "conversation_corpora",
    "licence": "CC0-1.0",
    "file": "",
    "file_sha256": "",
    "anchor": "",
    "record_id": "",
    "passage_id": "",
    "cluster_id": "g-1",
    "exempt_from": "",
    "gates": 0,
    "decision": "admitted",
}


@pytest.mark.parametrize("split", get_args(Split))
@pytest.mark.parametrize("stage", STAGES)
def test_every_file_and_stage_of_a_package_has_its_rows(split: str, stage: str) -> None:
    row = ReleasedRecord.model_validate(ROW | {"split": split, "stage": stage})
    assert (row.split, row.stage, row.ears) == (split, stage, None)


@pytest.mark.parametrize("wrong", [{"line": 0}, {"ears": 1.01}, {"gates": -1}, {"split": "dev"}, {"stage": "finetune"}])
def test_a_place_or_score_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        ReleasedRecord.model_validate(ROW | wrong)


@pytest.mark.parametrize("words", ["turns", "text"])
def test_the_words_of_a_conversation_have_no_place_in_it(words: str) -> None:
    assert "turns" in Conversation.model_fields, "where they are, in the package"
    with pytest.raises(ValidationError, match=words):
        ReleasedRecord.model_validate(ROW | {words: "I have not slept since."})
