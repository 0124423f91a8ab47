"""Hashed words and shingles of many texts, computed on the bytes of an Arrow buffer without a Python string per word.

Lives here: tokenising and hashing. Must not live here: comparing texts. A word is a run of ASCII letters, digits and non-ASCII
bytes, case ignored; apostrophes, dashes and all other punctuation separate. Word hashes are polynomial over random byte values
modulo 2**64 (prefix sums give every word of a block at once), then mixed; equal words hash equally in every run and block.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
Block = tuple[npt.NDArray[np.uint8], I64, int]
"""The bytes of consecutive texts, their limits in it, and the index of the first of them."""

_BLOCK = 1 << 17  # bytes worked on at a time: the temporaries of one block, 64 bits for each, stay in the processor's own memory
_SPARE = 8  # an array that grows does so by an eighth: few moves, little room that is not used
THREADS = 2
"""Blocks worked on side by side: numpy lets go of the interpreter while it computes."""
_SEED = 0x5DEECE66D
_TYPOGRAPHY = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "...", "\u00a0": " "}


class Words(NamedTuple):
    """The words of consecutive texts: hash, text and place of each."""

    first: int
    """Index of the first text of the block."""
    texts: int
    """Number of texts in the block."""
    hashes: U64
    text: I64
    """Index of each word's text, relative to `first`."""
    start: I64
    """First byte of each word in `data`."""
    end: I64
    data: npt.NDArray[np.uint8]


class Shingles(NamedTuple):
    """The distinct shingle hashes of every text, ascending within a text (so that a prefix is a bottom sketch)."""

    values: U32
    offsets: I64
    """Text i owns `values[offsets[i]:offsets[i + 1]]`."""


class Gathered:
    """Shingles of texts added some at a time, in one array that grows where it lies: they are never held twice."""

    def __init__(self) -> None:
        self._values: U32 = np.zeros(0, dtype=np.uint32)
        self._lengths: list[I64] = [np.zeros(1, dtype=np.int64)]
        self._used = 0

    def add(self, sets: Shingles) -> None:
        """Add the shingles of further texts."""
        stop = self._used + len(sets.values)
        if stop > len(self._values):
            self._values.resize(stop + stop // _SPARE, refcheck=False)
        self._values[self._used : stop] = sets.values
        self._used = stop
        self._lengths.append(np.diff(sets.offsets))

    def taken(self) -> Shingles:
        """Return the shingles of all texts; nothing can be added afterwards."""
        values, self._values = self._values[: self._used], np.zeros(0, dtype=np.uint32)
        return Shingles(values, np.cumsum(np.concatenate(self._lengths)))


def mix(values: U64) -> U64:
    """Return the values scrambled by the finaliser of SplitMix64 (Steele, Lea, Flood 2014), a bijection on 64 bits."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _byte_values() -> U64:
    """Return a random odd value per byte, the same for both cases of a letter, and 0 for bytes that separate words."""
    values = mix(np.arange(256, dtype=np.uint64) + np.uint64(_SEED)) | np.uint64(1)
    values[ord("A") : ord("Z") + 1] = values[ord("a") : ord("z") + 1]
    for byte in range(128):
        if not chr(byte).isalnum():
            values[byte] = 0
    return values


@cache
def _powers(length: int) -> tuple[U64, U64]:
    """Return the powers 0..length of an odd base and of its inverse modulo 2**64."""
    base = 0x9E3779B97F4A7C15
    inverse = pow(base, -1, 1 << 64)

    def powers(factor: int) -> U64:
        out = np.full(length + 1, factor, dtype=np.uint64)
        out[0] = 1
        return np.multiply.accumulate(out)

    return powers(base), powers(inverse)


def _hash_block(data: npt.NDArray[np.uint8], offsets: I64, first: int) -> Words:
    """Return the words of the texts whose bytes are `data` and whose limits in it are `offsets`."""
    size = len(data)
    values = _byte_values()[data]
    inside = values != 0
    starts = inside.copy()
    starts[1:] &= ~inside[:-1]
    border = offsets[:-1][offsets[:-1] < size]
    starts[border] = inside[border]
    ends = inside.copy()
    ends[:-1] &= ~inside[1:]
    last = offsets[1:][(offsets[1:] > 0)] - 1
    ends[last] = inside[last]
    start, end = np.flatnonzero(starts), np.flatnonzero(ends) + 1
    longest = max(size, _BLOCK)
    powers, inverses = _powers(1 << (longest - 1).bit_length())
    prefix = np.zeros(size + 1, dtype=np.uint64)
    np.multiply(values, powers[:size], out=prefix[1:])
    np.cumsum(prefix, out=prefix)
    hashes = mix((prefix[end] - prefix[start]) * inverses[start])
    text = np.searchsorted(offsets, start, side="right") - 1
    return Words(first, len(offsets) - 1, hashes, text, start, end, data)


def words(texts: pl.Series) -> Iterator[Words]:
    """Yield the hashed words of `texts` in blocks of consecutive texts, about 128 KiB each; nulls count as empty."""
    return (_hash_block(*block) for block in _blocks(texts))


def _blocks(texts: pl.Series) -> Iterator[Block]:
    """Yield the texts as blocks of bytes."""
    special = texts.str.contains("[\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00a0]").fill_null(False)
    if special.any():
        plain = texts.filter(special).str.replace_many(list(_TYPOGRAPHY), list(_TYPOGRAPHY.values()))
        texts = texts.clone().scatter(special.arg_true(), plain.str.to_lowercase())
    plain_texts = texts.fill_null("").rechunk()
    array: Any = plain_texts.to_arrow(compat_level=pl.CompatLevel.oldest())  # large_string: one buffer of bytes, one of limits
    _, bounds, payload = array.buffers()
    offsets: I64 = np.frombuffer(bounds, dtype=np.int64)[array.offset : array.offset + len(plain_texts) + 1]
    data = np.frombuffer(payload, dtype=np.uint8) if payload is not None else np.zeros(0, dtype=np.uint8)
    first = 0
    while first < len(plain_texts):
        reach: I64 = np.searchsorted(offsets, offsets[first : first + 1] + _BLOCK, side="right")
        stop = int(reach[0]) - 1
        stop = min(max(stop, first + 1), len(plain_texts))
        low, high = int(offsets[first]), int(offsets[stop])
        yield data[low:high], offsets[first : stop + 1] - low, first
        first = stop


def combine(hashes: U64, n: int) -> U64:
    """Return the hash of every run of `n` consecutive words; one value per start, `len(hashes) - n + 1` of them."""
    if len(hashes) < n:
        return np.zeros(0, dtype=np.uint64)
    size = len(hashes) - n + 1
    total = hashes[:size].copy()
    for k in range(1, n):
        total = total * np.uint64(0xD6E8FEB86659FD93) + hashes[k : k + size]
    return mix(total)


def _block_shingles(block: Words, n: int) -> tuple[U32, I64]:
    """Return the distinct shingles of a block's texts, ascending per text, and how many each text has."""
    runs = combine(block.hashes, n)
    whole = block.text[: len(runs)] == block.text[n - 1 :] if len(runs) else np.zeros(0, dtype=bool)
    keys = (block.text[: len(runs)][whole].astype(np.uint64) << np.uint64(32)) | (runs[whole] >> np.uint64(32))
    lengths = np.bincount(block.text, minlength=block.texts)
    short = np.flatnonzero((lengths > 0) & (lengths < n))
    if len(short):  # a text of fewer words than a shingle is one shingle
        at = np.searchsorted(block.text, short)
        total = block.hashes[at]
        for k in range(1, n - 1):
            total = np.where(lengths[short] > k, total * np.uint64(3) + block.hashes[np.minimum(at + k, len(block.hashes) - 1)], total)
        keys = np.concatenate([keys, (short.astype(np.uint64) << np.uint64(32)) | (mix(total) >> np.uint64(32))])
    keys.sort()
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = keys[1:] != keys[:-1]
    keys = keys[fresh]
    counts = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=block.texts)
    return keys.astype(np.uint32), counts


def shingles(texts: pl.Series, n: int) -> Shingles:
    """Return the distinct hashed word `n`-grams of every text.

    A text with fewer than `n` words has one shingle, a text without words none. Hashes have 32 bits: of two sets of 300, one
    pair in 50,000 is expected to collide.
    """
    values: list[U32] = []
    counts: list[I64] = []

    def made(block: Block) -> tuple[U32, I64]:
        return _block_shingles(_hash_block(*block), n)

    with ThreadPoolExecutor(THREADS) as threads:
        for value, count in threads.map(made, _blocks(texts)):
            values.append(value)
            counts.append(count)
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    if counts:
        np.cumsum(np.concatenate(counts), out=offsets[1:])
    return Shingles(np.concatenate(values) if values else np.zeros(0, dtype=np.uint32), offsets)
