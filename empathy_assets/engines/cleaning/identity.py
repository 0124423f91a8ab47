"""Identities of the conversations of an exploded table.

Lives here: finding where a conversation ends. Must not live here: what an identity is (`engines.identities`, `records.ids`).
"""

import numpy as np
import polars as pl

from empathy_assets.engines.identities import conversation_ids, folded_texts


def identities(turns: pl.DataFrame) -> pl.Series:
    """Return the id of every conversation, in order.

    Args:
        turns: One row per turn: `row` (conversation; its turns follow one another), `role`, `content`.
    """
    if turns.is_empty():
        return pl.Series("id", [], dtype=pl.String)
    lengths = turns["row"].rle().struct.field("len").to_numpy().astype(np.int64)
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    return pl.Series("id", conversation_ids(turns["role"], folded_texts(turns["content"]), ends), dtype=pl.String)
