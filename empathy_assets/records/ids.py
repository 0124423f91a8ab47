"""Identities of records and files: hashes of content, never of order, file name or time.

Normalisation here serves identity only (NFKC, case, quotes, white space); repairing text is the cleaning engine's work.
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from typing import Any, Protocol

import polars as pl

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..."})
_ID_HEX = 32  # 128 bits: no collision to be expected below 2**60 records
_BLOCK = 1 << 20


class File(Protocol):
    """What is needed of a file: `pathlib.Path` and `upath.UPath` both fit."""

    def open(self, mode: str) -> Any:
        """Open it."""
        ...


def normalised(text: str) -> str:
    """Return `text` as identity sees it: NFKC, straight quotes, one space, lower case."""
    if not text.isascii():  # plain ASCII has neither quotes to straighten nor anything to compose
        text = unicodedata.normalize("NFKC", text.translate(_QUOTES))
    return " ".join(text.split()).casefold()


def digest(*parts: str) -> str:
    """Return 32 hex digits of SHA-256 over the parts, unambiguous as to where one ends."""
    coded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return hashlib.sha256(b"".join([piece for data in coded for piece in (len(data).to_bytes(8, "big"), data)])).hexdigest()[:_ID_HEX]


def file_sha256(path: File) -> str:
    """Return the SHA-256 of a file's bytes, hex, read in blocks of 1 MiB.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as stream:
        h = hashlib.sha256()
        while block := stream.read(_BLOCK):
            h.update(block)
    return h.hexdigest()


def conversation_id(turns: Iterable[tuple[str, str]]) -> str:
    """Return the id of a dialogue given as (role, content) pairs."""
    return "c-" + digest(*(part for role, content in turns for part in (role, normalised(content))))


def passage_id(text: str) -> str:
    """Return the id of a passage."""
    return "p-" + digest(normalised(text))


def record_ref() -> pl.Expr:
    """Return an expression that keys one row of a stage dataset: content id, source and position.

    Two files may hold the same dialogue: same `id`, two rows, two refs, so that both are accounted for.
    """
    prov = pl.col("provenance").struct
    return pl.concat_str(
        pl.col("id"),
        pl.col("source"),
        prov.field("file_sha256").str.slice(0, 12),
        prov.field("record_id"),
        prov.field("plan_row_id"),
        prov.field("start").cast(pl.String),
        separator="|",
        ignore_nulls=True,
    ).alias("ref")
