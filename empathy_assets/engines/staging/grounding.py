"""Grounding: how far the counsellor's best-grounded turn rests on the passage a conversation cites.

Most of what a counsellor says is about the client and claims nothing; the passage is used in one or two turns. The score of a conversation
is therefore that of the turn the passage supports most (DESIGN, issue C: share of the reply's claims supported by the passage).
"""

import numpy as np
import polars as pl

from empathy_assets.engines.scoring.groundedness import groundedness_of
from empathy_assets.records.arrow import set_fields


def with_groundedness(frame: pl.DataFrame, passages: pl.DataFrame) -> pl.DataFrame:
    """Return conversations (Conversation schema) with `scores.groundedness` filled where they cite a passage of `passages`.

    Args:
        frame: Conversations.
        passages: Passages (Passage schema); a cited passage that is not among them leaves the score null.
    """
    cited = (
        frame.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), "turns", pl.col("provenance").struct.field("passage_id"))
        .join(passages.select(pl.col("id").alias("passage_id"), "text"), on="passage_id", how="inner")
        .explode("turns")
        .unnest("turns")
        .filter(pl.col("role") == "assistant")
        .sort("row", maintain_order=True)
    )
    score = np.full(frame.height, np.nan)
    if cited.height:
        found = groundedness_of(cited["content"].to_list(), cited["text"].to_list())
        np.fmax.at(score, cited["row"].to_numpy(), found)
    values = pl.Series("groundedness", score).fill_nan(None)
    return frame.with_columns(values).with_columns(set_fields("scores", groundedness=pl.col("groundedness"))).drop("groundedness")
