"""Tests of the translation between record models, Arrow and polars."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from empathy_assets.records.arrow import (
    SchemaMismatchError,
    arrow_schema,
    conform,
    empty_frame,
    from_frame,
    polars_schema,
    set_fields,
    to_frame,
)
from empathy_assets.records.catalog import RECORDS
from empathy_assets.records.conversation import Conversation, Labels, Scores, Turn
from empathy_assets.records.ids import conversation_id


def conversation(text: str = "I feel worn out lately.") -> Conversation:
    turns = [Turn(role="user", content=text), Turn(role="assistant", content="That sounds heavy to carry.")]
    return Conversation(id=conversation_id((t.role, t.content) for t in turns), turns=turns, source="conversation_corpora")


@pytest.mark.parametrize("model", RECORDS.values(), ids=list(RECORDS))
def test_every_field_of_every_record_has_a_column_and_a_description(model: type[BaseModel]) -> None:
    schema = arrow_schema(model)
    assert schema.names == list(model.model_fields)
    for field in schema:
        assert field.metadata[b"description"].endswith(b"."), field.name


@given(st.lists(st.text(min_size=1).filter(str.strip), max_size=5))
def test_records_survive_the_round_trip_through_a_frame(texts: list[str]) -> None:
    records = [conversation(text.encode("utf-8", "replace").decode()) for text in texts]
    frame = to_frame(records, Conversation)
    assert frame.schema == polars_schema(Conversation)
    assert from_frame(frame, Conversation) == records


def test_an_empty_frame_has_the_same_schema_as_a_full_one() -> None:
    assert empty_frame(Conversation).schema == to_frame([conversation()], Conversation).schema


def test_conform_names_what_is_missing_unexpected_and_of_another_type() -> None:
    frame = to_frame([conversation()], Conversation).drop("licence").with_columns(pl.lit(1).alias("source"), pl.lit(1).alias("mood"))
    with pytest.raises(
        SchemaMismatchError, match=r"missing \['licence'\], unexpected \['mood'\], wrong type \['source: found Int32, expected String'\]"
    ):
        conform(frame, Conversation, name="foundation[next]")


def test_conform_restores_the_order_of_columns() -> None:
    frame = to_frame([conversation()], Conversation)
    assert conform(frame.select(reversed(frame.columns)), Conversation).columns == frame.columns


def test_set_fields_changes_the_named_fields_only() -> None:
    frame = to_frame([conversation()], Conversation).with_columns(set_fields("scores", ears=0.9), set_fields("labels", issue="grief"))
    assert frame.schema == polars_schema(Conversation)
    changed = from_frame(frame, Conversation)[0]
    assert changed.scores == Scores(ears=0.9)
    assert changed.labels == Labels(issue="grief")


def test_a_union_of_two_types_has_no_column() -> None:
    class Odd(BaseModel):
        value: int | str

    with pytest.raises(TypeError, match="split it into two fields"):
        arrow_schema(Odd)
