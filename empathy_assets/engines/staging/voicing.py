"""Voicing: how far the counsellor's turns of a persona conversation sound like its voice rather than like the other landed voices."""

import polars as pl

from empathy_assets.engines.generating.voices.landed import voices_of
from empathy_assets.engines.generating.voices.match import Matcher
from empathy_assets.records.arrow import set_fields


def with_style_match(frame: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return conversations (Conversation schema) with `scores.style_match` filled where they name a voice that can be read.

    Args:
        frame: Conversations.
        passages: Passages (Passage schema), those of talks among them; a voice that none of them shows leaves the score null.
    """
    persona = pl.col("labels").struct.field("persona_id")
    rows = frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), persona.alias("voice"), "turns").filter(pl.col("voice") != "")
    values: list[float | None] = [None] * frame.height
    if rows.height:
        voices = voices_of(passages)
        place = {voice: i for i, voice in enumerate(voices.profiles)}
        rows = rows.filter(pl.col("voice").is_in(list(place)))
        matcher = Matcher(list(voices.profiles.values()), voices.general)
        scores = matcher.scores(_counsellor(rows))
        for at, (row, voice) in enumerate(rows.select("row", "voice").iter_rows()):
            values[row] = float(scores[at, place[voice]])
    found = pl.Series("style_match", values, dtype=pl.Float64)
    return frame.with_columns(found).with_columns(set_fields("scores", style_match=pl.col("style_match"))).drop("style_match")


def _counsellor(rows: pl.DataFrame) -> list[str]:
    """Return what the counsellor says in each conversation, one text per row."""
    said = pl.col("turns").list.eval(pl.element().filter(pl.element().struct.field("role") == "assistant").struct.field("content"))
    return rows.select(said.list.join("\n")).to_series().to_list()
