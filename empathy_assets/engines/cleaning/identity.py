"""Identities of many conversations at once, equal to `records.ids.conversation_id` of each.

Lives here: the column-wise form of that function (a test holds the two equal). Must not live here: another idea of identity.
"""

import hashlib
from functools import cache

import polars as pl

from empathy_assets.records.ids import digest, normalised

_PREFIX_BYTES = 8  # `records.ids.digest` writes the length of every part before it, so that parts cannot run together
_HEX = len(digest(""))


@cache
def _length(size: int) -> bytes:
    return size.to_bytes(_PREFIX_BYTES, "big")


@cache
def _role(role: str) -> bytes:
    data = role.encode()
    return _length(len(data)) + data


def _normalised(content: pl.Series) -> pl.Series:
    """Return every text as identity sees it; only texts that are not single-spaced ASCII take the general path."""
    plain = content.str.to_lowercase()
    other = content.str.contains(r"[^ -~]|  |^ | $")
    if not other.any():
        return plain
    return plain.clone().scatter(other.arg_true(), pl.Series([normalised(t) for t in content.filter(other).to_list()], dtype=pl.String))


def identities(turns: pl.DataFrame) -> pl.Series:
    """Return the id of every conversation, in order.

    Args:
        turns: One row per turn: `row` (conversation; its turns follow one another), `role`, `content`.
    """
    parts: list[bytes] = []
    for role, text in zip(turns["role"].to_list(), _normalised(turns["content"]).to_list(), strict=True):
        data = text.encode("utf-8", "surrogatepass")
        parts += (_role(role), _length(len(data)), data)
    ids: list[str] = []
    start = 0
    for length in turns["row"].rle().struct.field("len").to_list():
        end = start + 3 * length
        ids.append("c-" + hashlib.sha256(b"".join(parts[start:end])).hexdigest()[:_HEX])
        start = end
    return pl.Series("id", ids, dtype=pl.String)
