"""Tests of what a conversation owes to landed passages, chunk by chunk."""

import polars as pl

from empathy_assets.engines.staging.passages import against_passages, needed
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.passage import Passage
from empathy_assets.records.provenance import Provenance
from empathy_assets_tests.fixtures.conversations import conversation, frame
from empathy_assets_tests.fixtures.voices import PILOT, TAILOR, passages, talk

TALKS = passages(harbour_pilot=talk(PILOT), brisk_tailor=talk(TAILOR))
BOOK = to_frame(
    [
        Passage(
            id=f"p-{n}",
            source="books",
            text=f"Chapter {n}. Grief softens when a friend listens every evening.",
            licence="CC0-1.0",
            provenance=Provenance(),
        )
        for n in (1, 2)
    ],
    Passage,
)
PASSAGES = pl.concat([TALKS, BOOK])


def rows() -> pl.DataFrame:
    """A persona conversation, one that cites a passage, and one that does neither."""
    spoken = [turn for line in PILOT[:4] for turn in (("user", "It was a long week."), ("assistant", line))]
    told = [("user", "I am alone."), ("assistant", "Grief softens when a friend listens every evening.")]
    return frame(
        conversation(1, turns=spoken, labels={"kind": "persona", "persona_id": "harbour-pilot"}),
        conversation(2, turns=told, provenance={"passage_id": "p-1"}),
        conversation(3),
    )


def test_chunks_give_what_the_whole_gives() -> None:
    whole = against_passages(rows(), passages=PASSAGES)
    scores = whole["scores"].struct
    assert [value is not None for value in scores.field("style_match")] == [True, False, False]
    assert scores.field("groundedness").to_list()[1:] == [1.0, None]
    assert pl.concat([against_passages(rows().slice(n, 1), passages=PASSAGES) for n in range(3)]).equals(whole)


def test_only_cited_passages_and_voices_are_needed() -> None:
    used = needed(rows(), PASSAGES)
    assert used["id"].to_list() == [*TALKS["id"], "p-1"]
    assert against_passages(rows(), passages=used).equals(against_passages(rows(), passages=PASSAGES))
