"""The order of a long table by columns of text that repeat: the same as sorting gives, at half its cost.

Lives here: sorting by places. Must not live here: which order a file has.
"""

from __future__ import annotations

import polars as pl


def by_places(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Return the rows of a frame, sorted by columns of text.

    Each text is replaced by its place among those that the column holds, and all places of a row by one number: a ledger of a million rows
    names some ten thousand records and a few gates, and numbers are sorted faster than text.

    Args:
        frame: Any rows.
        columns: What they are sorted by, most significant first; their numbers of different texts multiply to less than 2**64. Rows that
            are equal in all of them stand in any order, as they would be sorted.
    """
    key = pl.zeros(frame.height, pl.UInt64, eager=True)
    for name in columns:
        texts = frame[name].unique().drop_nulls().sort()
        place = frame[name].cast(pl.Enum(texts)).to_physical().cast(pl.UInt64) + 1
        key = key * (len(texts) + 1) + place.fill_null(0)
    return frame.rechunk()[key.arg_sort()]
