"""Hashed text features: word 1-3-grams and character 3-5-grams of many texts at once, in a handful of numpy passes.

Lives here: hashing of plain texts (`normalise`), and the two uses of a hash (columns for training, weighted sums for scoring).
Must not live here: weights, labels, thresholds. Only numbers leave this module: no word of a training text can be read back.

Method: the texts are joined into one byte buffer; a polynomial prefix hash modulo 2**64 gives the hash of any span of bytes by one
subtraction and one multiplication (Karp and Rabin 1987), so that a whole batch costs about ten array operations per n-gram order.
Feature values are counts divided by the square root of the number of features of the text (hashing trick, Weinberger et al. 2009).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.normalise import plain_texts

Array = NDArray[Any]

BITS = 18
"""log2 of the number of columns of the word table and of the character table."""

WIDTH = 1 << BITS
"""Columns per table; the word table comes first, the character table second."""

WORD_ORDERS = (1, 2, 3)
CHAR_ORDERS = (3, 4, 5)
CHUNK_BYTES = 1 << 20
"""Bytes hashed at once: bounds memory at about 100 MB and keeps the arrays in cache reach."""

_END = 0  # separates texts in the buffer
_SPACE = 32
_BASE = 0x9E3779B97F4A7C15 | 1
_MIX = np.uint64(0xD6E8FEB86659FD93)


def _byte_map() -> NDArray[np.uint8]:
    """Return the map of bytes: ASCII lower-cased, everything that is not a letter, digit or part of UTF-8 a space."""
    table = np.full(256, _SPACE, dtype=np.uint8)
    for code in range(256):
        if code >= 128 or chr(code).isalnum():
            table[code] = ord(chr(code).lower()) if code < 128 else code
    table[_END] = _END
    return table


_MAP = _byte_map()


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    """Return base**0 .. base**(count-1) modulo 2**64."""
    return _table_of_powers(base, 1 << max(count - 1, 1).bit_length())[:count]


@lru_cache(maxsize=8)
def _table_of_powers(base: int, count: int) -> NDArray[np.uint64]:
    steps = np.full(count, base & 0xFFFFFFFFFFFFFFFF, dtype=np.uint64)
    steps[0] = 1
    return np.multiply.accumulate(steps)


_INVERSE = pow(_BASE, -1, 1 << 64)


class _Buffer:
    """One chunk of texts as bytes with prefix hashes; `ends[i]` is the position of the separator after text i."""

    def __init__(self, texts: Sequence[str]) -> None:
        raw = ("\x00" + "\x00".join(plain_texts(texts)) + "\x00").replace("'", "")
        data = _MAP[np.frombuffer(raw.encode("utf-8", "replace"), dtype=np.uint8)]
        blank = data <= _SPACE
        # A space is dropped after another space or a separator, and before a separator.
        space = data == _SPACE
        drop = np.zeros(len(data), dtype=bool)
        drop[1:] = space[1:] & blank[:-1]
        data = data[~drop]
        space = data == _SPACE
        before_end = np.zeros(len(data), dtype=bool)
        before_end[:-1] = space[:-1] & (data[1:] == _END)
        self.data = data[~before_end]
        size = len(self.data)
        self.ends = np.flatnonzero(self.data == _END)[1:]
        self.starts = np.concatenate([[1], self.ends[:-1] + 1]) if len(self.ends) else self.ends
        self.prefix = np.zeros(size + 1, dtype=np.uint64)
        np.cumsum(self.data.astype(np.uint64) * _powers(_BASE, size), out=self.prefix[1:])
        self.undo = _powers(_INVERSE, size)

    def spans(self, starts: Array, stops: Array) -> NDArray[np.uint64]:
        """Return the hashes of the byte spans, independent of where they stand."""
        return (self.prefix[stops] - self.prefix[starts]) * self.undo[starts]


def _mixed(hashes: NDArray[np.uint64], salt: int) -> NDArray[np.int64]:
    """Return columns 0..WIDTH-1 from hashes whose low bits are weak."""
    x = (hashes + np.uint64(salt)) * _MIX
    x ^= x >> np.uint64(32)
    x *= _MIX
    return (x >> np.uint64(64 - BITS)).astype(np.int64)


def _word_columns(buffer: _Buffer) -> Iterator[tuple[Array, Array]]:
    """Yield (byte position, column) of the word n-grams per order."""
    inside = buffer.data > _SPACE
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, stops = edges[0::2], edges[1::2]
    words = buffer.spans(starts, stops)
    text = np.searchsorted(buffer.ends, starts)
    grams = words
    for order in WORD_ORDERS:
        if order > 1:
            grams = grams[:-1] * np.uint64(0x100000001B3) + words[order - 1 :] if len(grams) > 1 else grams[:0]
            keep = text[: len(grams)] == text[order - 1 : order - 1 + len(grams)]
        else:
            keep = slice(None)
        yield starts[: len(grams)][keep], _mixed(grams[keep], order)


def _char_columns(buffer: _Buffer) -> Iterator[tuple[Array, Array]]:
    """Yield (byte position, column) of the character n-grams per order; none crosses from one text into the next."""
    size = len(buffer.data)
    is_end = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(buffer.data == _END, out=is_end[1:])
    for order in CHAR_ORDERS:
        if size < order:
            continue
        starts = np.flatnonzero(is_end[order:] == is_end[:-order])
        yield starts, WIDTH + _mixed((buffer.prefix[starts + order] - buffer.prefix[starts]) * buffer.undo[starts], 16 + order)


def chunks(texts: Sequence[str], size: int = CHUNK_BYTES) -> Iterator[slice]:
    """Yield slices of `texts` of about `size` characters each, at least one text per slice."""
    start = total = 0
    for i, text in enumerate(texts):
        total += len(text) + 1
        if total >= size:
            yield slice(start, i + 1)
            start, total = i + 1, 0
    if start < len(texts):
        yield slice(start, len(texts))


def weighted_sums(texts: Sequence[str], weights: NDArray[Any], *, chars: bool = True) -> NDArray[np.float64]:
    """Return the sum of `weights` over each text's features, divided by the square root of their number.

    Args:
        texts: Any strings; the empty text gets 0.
        weights: Shape (2 * WIDTH,) or (2 * WIDTH, heads), or half of it when `chars` is false; with a power of two fewer rows, as many
            neighbouring columns share one: a table that fits the processor's own memory is read several times as fast.
        chars: Whether the character table is part of the weights.

    Returns:
        Shape (len(texts), heads).
    """
    table = weights[:, None] if weights.ndim == 1 else weights
    fold = ((2 * WIDTH if chars else WIDTH) // len(table)).bit_length() - 1
    out = np.zeros((len(texts), table.shape[1]))
    for part in chunks(texts, CHUNK_BYTES if table.shape[1] == 1 else CHUNK_BYTES // 4):
        buffer = _Buffer(texts[part])
        count = np.zeros(part.stop - part.start)
        for source in (_word_columns, _char_columns) if chars else (_word_columns,):
            for position, column in source(buffer):
                bounds = np.searchsorted(position, np.append(buffer.starts, len(buffer.data)))
                count += np.diff(bounds)
                full = np.flatnonzero(np.diff(bounds))
                if len(full):
                    out[part.start + full] += np.add.reduceat(table[column >> fold], bounds[full], axis=0)
        out[part] /= np.sqrt(np.maximum(count, 1.0))[:, None]
    return out


class Columns:
    """The features of a batch as a sparse matrix: rows, columns and values, one entry per distinct feature of a text."""

    def __init__(self, texts: Sequence[str], *, chars: bool = True) -> None:
        self.n_rows = len(texts)
        self.n_columns = 2 * WIDTH if chars else WIDTH
        keys: list[Array] = []
        values: list[Array] = []
        for part in chunks(texts):
            buffer = _Buffer(texts[part])
            found: list[Array] = []
            for source in (_word_columns, _char_columns) if chars else (_word_columns,):
                found += [
                    (np.searchsorted(buffer.ends, position) + part.start) * self.n_columns + column for position, column in source(buffer)
                ]
            unique, count = np.unique(np.concatenate(found), return_counts=True)
            keys.append(unique)
            total = np.bincount(unique // self.n_columns - part.start, weights=count, minlength=part.stop - part.start)
            values.append(count / np.sqrt(total)[unique // self.n_columns - part.start])
        key = np.concatenate(keys) if keys else np.zeros(0, dtype=np.int64)
        self.rows = key // self.n_columns
        self.columns = key % self.n_columns
        self.values = (np.concatenate(values) if values else np.zeros(0)).astype(np.float32)

    def dot(self, weights: Array) -> Array:
        """Return X @ weights, shape (rows,)."""
        return np.bincount(self.rows, weights=self.values * weights[self.columns], minlength=self.n_rows)

    def transposed_dot(self, residual: Array) -> Array:
        """Return X.T @ residual, shape (columns,)."""
        return np.bincount(self.columns, weights=self.values * residual[self.rows], minlength=self.n_columns)
