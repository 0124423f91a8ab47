"""Candidates for copies: pairs of texts whose bottom sketches meet often enough to be compared.

Lives here: the inverted index over sketches, and what counts as meeting in it. Must not live here: how alike two texts are (`likeness`),
or who is a copy of whom (`cluster`).
Phrases that thousands of texts share make crowded buckets; there only texts whose sketches also continue alike are compared, so the work
stays linear while true copies, which agree in rare shingles or in whole runs of common ones, still meet many times.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from empathy_assets.engines.deduplicating.shingles import I64, THREADS, U32, U64, Shingles

_SKETCH_BLOCK = 1 << 18  # sketch entries sorted at a time by each thread: their temporaries, ten megabytes, are used again by the next
_MEETING_BLOCK = 1 << 23  # meetings counted at a time
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)

Held = list[tuple[U32, npt.NDArray[np.uint16]]]
"""Entries of some buckets as (text, place in its sketch), texts ascending."""


def gather(sets: Shingles, rows: I64, limit: int | None = None) -> tuple[I64, U32]:
    """Return (position in `rows`, shingle) for the first `limit` shingles of every listed text."""
    start, length = sets.offsets[rows], sets.offsets[rows + 1] - sets.offsets[rows]
    if limit is not None:
        length = np.minimum(length, limit)
    owner = np.repeat(np.arange(len(rows)), length)
    skip = np.cumsum(length) - length
    place = np.arange(len(owner)) - skip[owner] + start[owner]
    return owner, sets.values[place]


def _flags(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Return whether each of some sorted values differs from the one before it."""
    fresh = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=fresh[1:])
    return fresh


def _meetings(value: U32, follow: U32, owner: U32, small: int, reach: int) -> list[U64]:
    """Return the pairs (lesser text in the upper half) that meet in buckets of equal `value`, once for every bucket."""
    key = (value.astype(np.uint64) << _HALF) | follow
    order = np.argsort(key)  # not stable, and several times as fast: the texts of a run are put in order below
    key = key[order]
    run = (np.cumsum(_flags(key), dtype=np.uint64) << _HALF) | owner[order]
    run.sort()
    size = np.diff(np.flatnonzero(np.r_[_flags(key >> _HALF), True]))
    bucket = np.repeat(np.arange(len(size), dtype=np.uint32), size)
    size = np.repeat(size, size)
    few, many = (size > 1) & (size <= small), run[size > small]
    found: list[U64] = []
    for step in range(1, min(reach, small - 1) + 1):
        alike = np.flatnonzero((many[step:] >> _HALF) == (many[:-step] >> _HALF))
        found.append(((many[alike] & _LOW) << _HALF) | (many[alike + step] & _LOW))
    text, bucket = run[few] & _LOW, bucket[few]
    for step in range(1, small):
        near = np.flatnonzero(bucket[step:] == bucket[:-step])
        a, b = text[near], text[near + step]
        found.append((np.minimum(a, b) << _HALF) | np.maximum(a, b))
    return found


def _parts(sets: Shingles, sketch: int) -> list[Held]:
    """Return the entries of all bottom sketches, some buckets in each part, each bucket whole.

    Between the parts an entry is remembered as its text and its place in the sketch: six bytes.
    """
    texts = len(sets.offsets) - 1
    length = np.minimum(np.diff(sets.offsets), sketch)
    parts = int(length.sum()) // _SKETCH_BLOCK + 1
    held: list[Held] = [[] for _ in range(parts)]
    step = max(1, 4 * _SKETCH_BLOCK // sketch)
    for low in range(0, texts, step):
        rows = np.arange(low, min(texts, low + step))
        owner, value = gather(sets, rows, sketch)
        place = (np.arange(len(owner)) - (np.cumsum(length[rows]) - length[rows])[owner]).astype(np.uint16)
        part = (value % np.uint32(parts)).astype(np.uint16)
        order = np.argsort(part, kind="stable")
        limits = np.searchsorted(part[order], np.arange(parts + 1))
        owner = (owner[order] + low).astype(np.uint32)
        for each, (begin, end) in enumerate(pairwise(limits.tolist())):
            held[each].append((owner[begin:end].copy(), place[order[begin:end]]))
    return held


def _entries(sets: Shingles, sketch: int, some: Held) -> tuple[U32, U32, U32]:
    """Return (shingle, the text's next shingle or 0, text) of the entries of a part, which lets go of them."""
    owners = np.concatenate([np.zeros(0, dtype=np.uint32), *(owner for owner, _ in some)])
    places = np.concatenate([np.zeros(0, dtype=np.uint16), *(place for _, place in some)]).astype(np.int64)
    some.clear()
    at = sets.offsets[owners] + places
    last = places + 1 == np.minimum(sets.offsets[owners + 1] - sets.offsets[owners], sketch)
    return sets.values[at], np.where(last, np.uint32(0), sets.values[np.minimum(at + 1, len(sets.values) - 1)]), owners


def candidate_pairs(sets: Shingles, sketch: int, small: int, reach: int, least: int) -> tuple[I64, I64]:
    """Return pairs (a < b) of texts whose bottom sketches meet in `least` buckets (fewer where a sketch is short).

    Args:
        sets: Distinct shingles per text, ascending.
        sketch: Size of a bottom sketch.
        small: Largest bucket that is compared pair by pair.
        reach: Successors of like continuation compared in larger buckets.
        least: Buckets in which a pair has to meet.
    """

    def met(some: Held) -> list[U64]:
        return _meetings(*_entries(sets, sketch, some), small, reach)

    with ThreadPoolExecutor(THREADS) as threads:
        found = [np.zeros(0, dtype=np.uint64), *(pairs for part in threads.map(met, _parts(sets, sketch)) for pairs in part)]
    length = np.minimum(np.diff(sets.offsets), sketch)
    parts = sum(map(len, found)) // _MEETING_BLOCK + 1
    chosen = [np.zeros(0, dtype=np.uint64)]
    for low, high in pairwise([*range(0, len(length), len(length) // parts + 1), len(length)]):  # some texts' meetings at a time
        first, last = np.uint64(low << 32), np.uint64(high << 32)
        pairs, times = np.unique(np.concatenate([some[(some >= first) & (some < last)] for some in found]), return_counts=True)
        shorter = np.minimum(length[pairs >> _HALF], length[pairs & _LOW])
        chosen.append(pairs[times >= np.minimum(least, np.maximum(1, shorter // 8))])
    pairs = np.concatenate(chosen)
    return (pairs >> _HALF).astype(np.int64), (pairs & _LOW).astype(np.int64)
