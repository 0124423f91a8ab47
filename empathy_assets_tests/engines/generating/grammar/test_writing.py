"""Writing: plan rows become conversations, the same bytes in any order and any company."""

import polars as pl
import pytest

from empathy_assets.engines.generating.banks import KINDS
from empathy_assets.engines.generating.grammar.writing import write
from empathy_assets.engines.generating.plan import build_plan
from empathy_assets.records.arrow import empty_frame, from_frame
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.ids import conversation_id
from empathy_assets_tests.engines.generating.test_plan import SHARES, passages
from empathy_assets_tests.fixtures.voices import PILOT, talk
from empathy_assets_tests.fixtures.voices import passages as talks


@pytest.fixture(scope="module")
def plan() -> pl.DataFrame:
    return build_plan(
        target=400, stage_shares=SHARES, passages=passages(), expected_corpus=0, voices=["harbour-pilot"], seed=5, backend="embedded"
    )


@pytest.fixture(scope="module")
def written(plan: pl.DataFrame) -> pl.DataFrame:
    return write(plan, landed())


def landed() -> pl.DataFrame:
    return pl.concat([passages(), talks(harbour_pilot=talk(PILOT))])


def test_every_row_is_a_valid_conversation(plan: pl.DataFrame, written: pl.DataFrame) -> None:
    records = from_frame(written, Conversation)
    assert [r.provenance.plan_row_id for r in records] == plan["row_id"].to_list()
    assert {r.labels.kind for r in records} == set(KINDS)
    for record in records:
        assert record.id == conversation_id((t.role, t.content) for t in record.turns)
        assert [t.role for t in record.turns] == ["user", "assistant"] * (len(record.turns) // 2)
        assert not any(mark in t.content for t in record.turns for mark in "{}[]|")


def test_same_bytes_in_any_order_and_company(plan: pl.DataFrame, written: pl.DataFrame) -> None:
    some = plan.reverse().gather_every(7)
    again = dict(zip(some["row_id"], write(some, landed())["id"], strict=True))
    first = dict(zip(plan["row_id"], written["id"], strict=True))
    assert all(first[row] == content for row, content in again.items())


def test_a_grounded_answer_quotes_its_passage_and_says_where_it_is_from(written: pl.DataFrame) -> None:
    texts = dict(passages().select("id", "text").iter_rows())
    rows = written.filter(pl.col("labels").struct.field("kind") == "grounded").select("turns", "provenance")
    for turns, provenance in rows.iter_rows():
        answer = turns[-7]["content"]
        quoted = [piece for piece in answer.split('"')[1::2] if piece.rstrip(".") in texts[provenance["passage_id"]]]
        assert quoted, answer
        assert "On Patience" in answer or "A. Writer" in answer


def test_licence_work_and_fence_are_inherited(written: pl.DataFrame) -> None:
    kind = pl.col("labels").struct.field("kind")
    grounded = written.filter(kind == "grounded")
    assert set(grounded["licence"]) == {"CC-BY-4.0"}
    assert set(grounded["provenance"].struct.field("work_id")) == {"w-1"}
    assert grounded["provenance"].struct.field("passage_id").str.starts_with("p-").all()
    crisis = written.filter(kind == "nightmare")
    assert crisis["exempt_from"].to_list() == [["content"]] * crisis.height
    assert crisis["labels"].struct.field("known_crisis").all()
    assert written.filter(kind != "nightmare")["exempt_from"].list.len().sum() == 0


def test_voice_has_a_signature(written: pl.DataFrame) -> None:
    labels = written.filter(pl.col("labels").struct.field("kind") == "persona")["labels"]
    voices = pl.DataFrame({"id": labels.struct.field("persona_id"), "sign": labels.struct.field("voice_signature")}).unique()
    assert voices["sign"].str.starts_with("v-").all()
    assert voices.height == voices["id"].n_unique() == 2


def test_a_voice_is_heard_in_its_images_and_its_cadence(written: pl.DataFrame) -> None:
    rows = written.filter(pl.col("labels").struct.field("persona_id") == "harbour-pilot")
    said = " ".join(t["content"] for turns in rows["turns"] for t in turns if t["role"] == "assistant")
    assert any(image in said for image in ("a boat", "a tide", "a harbour", "an anchor"))
    assert said.count("do not") > said.count("don't ")


def test_a_voice_that_is_not_landed_has_no_signature(plan: pl.DataFrame) -> None:
    row = plan.filter(pl.col("persona_id") == "harbour-pilot").head(1)
    label = write(row, passages())["labels"].struct
    assert (label.field("persona_id")[0], label.field("voice_signature")[0]) == ("harbour-pilot", "")


def test_absent_passage_is_borne_and_progress_is_told(plan: pl.DataFrame) -> None:
    told: list[int] = []
    row = plan.filter(pl.col("kind") == "grounded").head(1)
    frame = write(pl.concat([row] * 1000), empty_frame_of_passages(), told.append)
    assert told == [1000]
    assert frame["provenance"].struct.field("passage_id").unique().to_list() == [""]


def empty_frame_of_passages() -> pl.DataFrame:
    from empathy_assets.records.passage import Passage

    return empty_frame(Passage)
