"""Tests of the groundedness of conversations."""

from empathy_assets.engines.staging.grounding import with_groundedness
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.passage import Passage
from empathy_assets.records.provenance import Provenance
from empathy_assets_tests.fixtures.conversations import conversation, frame

TEXT = "Grief behaves like weather in a small valley, arriving from behind the hill and leaving when it has rained enough."
PASSAGES = to_frame([Passage(id="p-1", text=TEXT, source="books", provenance=Provenance())], Passage)


def cites(number: int, reply: str, passage: str = "p-1"):
    turns = [("user", f"It is week {number} and I still cry."), ("assistant", reply), ("user", "Go on."), ("assistant", "What helps you?")]
    return conversation(number, turns=turns, provenance={"passage_id": passage})


def test_the_best_grounded_turn_counts_and_only_where_a_passage_is_cited() -> None:
    rows = frame(
        cites(1, "Grief behaves like weather in a small valley; it leaves when it has rained enough."),
        cites(2, "Your accountant should file the quarterly invoices before the printer breaks again."),
        cites(3, "Anything.", passage=""),
        cites(4, "Anything.", passage="p-unknown"),
    )
    found = with_groundedness(rows, PASSAGES)
    scores = found["scores"].struct.field("groundedness").to_list()
    assert scores[0] > 0.7
    assert scores[1] < 0.3
    assert scores[2:] == [None, None]
    assert found.schema == rows.schema
    assert found["scores"].struct.field("ears").to_list() == [0.9] * 4


def test_where_nothing_is_cited_no_score_is_made_up() -> None:
    rows = frame(cites(1, "Anything.", passage=""), cites(2, "Anything else.", passage=""))
    found = with_groundedness(rows, PASSAGES)
    assert found["scores"].struct.field("groundedness").to_list() == [None, None]
    assert found.schema == rows.schema
