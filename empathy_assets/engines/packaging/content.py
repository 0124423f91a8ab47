"""What records are known by within one process: a proof of them, or lines made of them, need not be made again for the same ones.

Lives here: hashes of rows, and which lines were written of which rows. Must not live here: proofs (`fence`), or comparing what is not
known (`verify`). Nothing outlives the process: who verifies a package in another one compares everything anew.
"""

from __future__ import annotations

import hashlib

import polars as pl

_KEPT = 6  # splits: those of the release at hand, and of the one before it
_LINES: dict[str, str] = {}


def row_hashes(records: pl.DataFrame) -> pl.Series:
    """Return a hash of everything in each record (u64), whatever the order of its columns; the same in this process only."""
    return records.select(pl.struct(*sorted(records.columns)).hash(seed=0).alias("row"))["row"]


def content(rows: pl.Series) -> str:
    """Return one hash of records in their order, of their `row_hashes`."""
    return hashlib.sha256(rows.to_numpy().tobytes()).hexdigest()


def know_lines(rows: pl.Series, sha256: str) -> None:
    """Remember that the JSONL made of records has this hash.

    Args:
        rows: The `row_hashes` of the records, in their order.
        sha256: SHA-256 of the lines, hex.
    """
    _LINES[content(rows)] = sha256
    for oldest in list(_LINES)[:-_KEPT]:
        del _LINES[oldest]


def lines_known(rows: pl.Series, sha256: str) -> bool:
    """Return whether lines of this hash are known to be what these very records make, in this order."""
    return _LINES.get(content(rows)) == sha256
