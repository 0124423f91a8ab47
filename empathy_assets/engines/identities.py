"""Identities of many conversations at once, equal to `records.ids.conversation_id` of each.

Lives here: the column-wise form of that function (a test holds the two equal). Must not live here: another idea of identity.
"""

# The compute functions of pyarrow carry no types.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false, reportPrivateImportUsage=false

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from empathy_assets.records.ids import digest, normalised

_FOLDABLE = r"[^\x20-\x7e]|  |^ | $"  # what a text holds that identity sees otherwise than in lower case
_TYPED = {mark: normalised(mark) for mark in "‘’“”–—…"}  # what most texts hold beyond ASCII; each stands for itself in any text
_HEX = len(digest(""))


def conversation_ids(roles: pl.Series, folded: pl.Series, ends: npt.NDArray[np.int64]) -> list[str]:
    """Return the ids that `records.ids.conversation_id` gives: what it hashes is laid out for all conversations at once.

    Args:
        roles: The role of each turn.
        folded: The text of each turn as identity sees it (`folded_texts`).
        ends: Where each conversation begins, and the end of the last.
    """
    parts = [_binary(part) for column in (roles, folded) for part in (column.str.len_bytes(), column)]
    nothing = _binary(pl.repeat("", len(roles), dtype=pl.String, eager=True))
    data: Any = pc.call_function("binary_join_element_wise", [*parts, nothing])
    offsets, content = (memoryview(buffer) for buffer in data.buffers()[1:])
    begins: list[int] = np.frombuffer(offsets, dtype=np.int64)[ends].tolist()
    return ["c-" + sha256(content[begin:end]).hexdigest()[:_HEX] for begin, end in pairwise(begins)]


def _binary(column: pl.Series) -> pa.Array:
    """Return text as its bytes, and sizes as `records.ids.digest` writes them."""
    if column.dtype == pl.String:
        return column.to_arrow().cast(pa.large_binary())
    sizes = column.to_numpy().astype(">i8")
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(8), len(sizes), [None, pa.py_buffer(sizes)]).cast(pa.large_binary())


def large_strings(column: pl.Series) -> pa.Array:
    """Return a column of texts as Arrow's plain strings."""
    return column.to_arrow().cast(pa.large_string())


def folded_texts(content: pl.Series) -> pl.Series:
    """Return the texts as identity sees them."""
    folded = content.str.to_lowercase()
    rough = content.str.contains(_FOLDABLE).arg_true()
    if not len(rough):
        return folded
    plain = content.gather(rough).str.replace_many(list(_TYPED), list(_TYPED.values()))
    folded = folded.scatter(rough, plain.str.to_lowercase())
    rest = rough.filter(plain.str.contains(_FOLDABLE))
    return folded.scatter(rest, [normalised(text) for text in content.gather(rest).to_list()]) if len(rest) else folded
