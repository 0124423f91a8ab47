"""Clusters of exact and near duplicates: bottom-sketch candidates, verified by true Jaccard, joined by union-find.

Lives here: who is a copy of whom. Must not live here: which copy stays (`keep`).
Candidates come from bottom sketches (the least hashes of each text; Broder 1997), looked up in an inverted index. Phrases that
thousands of texts share make crowded buckets; there only texts whose sketches also continue alike are compared, so the work
stays linear while true copies, which agree in rare shingles or in whole runs of common ones, still meet many times.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.deduplicating.shingles import I64, THREADS, U32, U64, Gathered, Shingles, shingles
from empathy_assets.engines.deduplicating.sketches import blocks_of, marks_of, shingles_of, sketches, texts_of
from empathy_assets.engines.memory import Memory
from empathy_assets.policy.load import number

_PAIR_BLOCK = 1 << 17  # shingles of candidate pairs compared at a time: what stays in the processor's own memory
_SKETCH_BLOCK = 1 << 21  # sketch entries sorted at a time: their temporaries take about a hundred megabytes
_MEETING_BLOCK = 1 << 23  # meetings counted at a time
_NAMESPACE = "copies"
_REVISION = "1"  # raise it when the same texts make other clusters


def _gather(sets: Shingles, rows: I64, limit: int | None = None) -> tuple[npt.NDArray[np.int64], U32]:
    """Return (position in `rows`, shingle) for the first `limit` shingles of every listed text."""
    start, length = sets.offsets[rows], sets.offsets[rows + 1] - sets.offsets[rows]
    if limit is not None:
        length = np.minimum(length, limit)
    owner = np.repeat(np.arange(len(rows)), length)
    skip = np.cumsum(length) - length
    place = np.arange(len(owner)) - skip[owner] + start[owner]
    return owner, sets.values[place]


def _meetings(value: U32, follow: U32, owner: I64, small: int, reach: int) -> list[U64]:
    """Return the pairs (lesser text in the upper half) that meet in buckets of equal `value`, once for every bucket."""
    key = (value.astype(np.uint64) << np.uint64(32)) | follow
    order = np.argsort(key, kind="stable")
    key, owner = key[order], owner[order]
    bucket = (key >> np.uint64(32)).astype(np.uint32)
    edge = np.flatnonzero(np.r_[True, bucket[1:] != bucket[:-1], True])
    size = np.repeat(np.diff(edge), np.diff(edge)) if len(bucket) else np.zeros(0, dtype=np.int64)
    found: list[U64] = []
    for step in range(1, small):
        near = (bucket[step:] == bucket[:-step]) & (size[step:] <= small)
        if step <= reach:
            near |= key[step:] == key[:-step]
        a, b = owner[:-step][near], owner[step:][near]
        low, high = np.minimum(a, b).astype(np.uint64), np.maximum(a, b).astype(np.uint64)
        found.append((low << np.uint64(32)) | high)
    return found


def _buckets(sets: Shingles, sketch: int) -> Iterator[tuple[I64, U32, U32]]:
    """Yield (text, shingle, the text's next shingle or 0) of all bottom sketches, some buckets at a time, each whole.

    Between the parts an entry is remembered as its text and its place in the sketch: six bytes.
    """
    texts = len(sets.offsets) - 1
    length = np.minimum(np.diff(sets.offsets), sketch)
    parts = int(length.sum()) // _SKETCH_BLOCK + 1
    held: list[list[tuple[U32, npt.NDArray[np.uint16]]]] = [[] for _ in range(parts)]
    step = max(1, _SKETCH_BLOCK // sketch)
    for low in range(0, texts, step):
        rows = np.arange(low, min(texts, low + step))
        owner, value = _gather(sets, rows, sketch)
        place = (np.arange(len(owner)) - (np.cumsum(length[rows]) - length[rows])[owner]).astype(np.uint16)
        part = (value % np.uint32(parts)).astype(np.uint16)
        order = np.argsort(part, kind="stable")
        limits = np.searchsorted(part[order], np.arange(parts + 1))
        owner = (owner[order] + low).astype(np.uint32)
        for each, (begin, end) in enumerate(pairwise(limits.tolist())):
            held[each].append((owner[begin:end].copy(), place[order[begin:end]]))
    for some in held:
        owners = np.concatenate([np.zeros(0, dtype=np.uint32), *(owner for owner, _ in some)]).astype(np.int64)
        places = np.concatenate([np.zeros(0, dtype=np.uint16), *(place for _, place in some)]).astype(np.int64)
        some.clear()
        at = sets.offsets[owners] + places
        last = places + 1 == length[owners]
        yield owners, sets.values[at], np.where(last, np.uint32(0), sets.values[np.minimum(at + 1, len(sets.values) - 1)])


def candidate_pairs(sets: Shingles, sketch: int, small: int, reach: int, least: int) -> tuple[I64, I64]:
    """Return pairs (a < b) of texts whose bottom sketches meet in `least` buckets (fewer where a sketch is short).

    Args:
        sets: Distinct shingles per text, ascending.
        sketch: Size of a bottom sketch.
        small: Largest bucket that is compared pair by pair.
        reach: Successors of like continuation compared in larger buckets.
        least: Buckets in which a pair has to meet.
    """
    found: list[U64] = [np.zeros(0, dtype=np.uint64)]
    for owner, value, follow in _buckets(sets, sketch):
        found += _meetings(value, follow, owner, small, reach)
    length = np.minimum(np.diff(sets.offsets), sketch)
    parts = sum(map(len, found)) // _MEETING_BLOCK + 1
    chosen = [np.zeros(0, dtype=np.uint64)]
    for low, high in pairwise([*range(0, len(length), len(length) // parts + 1), len(length)]):  # some texts' meetings at a time
        first, last = np.uint64(low << 32), np.uint64(high << 32)
        pairs, times = np.unique(np.concatenate([some[(some >= first) & (some < last)] for some in found]), return_counts=True)
        shorter = np.minimum(length[pairs >> np.uint64(32)], length[pairs & np.uint64(0xFFFFFFFF)])
        chosen.append(pairs[times >= np.minimum(least, np.maximum(1, shorter // 8))])
    met = np.concatenate(chosen)
    return (met >> np.uint64(32)).astype(np.int64), (met & np.uint64(0xFFFFFFFF)).astype(np.int64)


def jaccard(sets: Shingles, a: I64, b: I64) -> npt.NDArray[np.float64]:
    """Return the true Jaccard similarity of the shingle sets of texts `a[i]` and `b[i]`, 0 to 1; two empty sets have 0."""
    length = np.diff(sets.offsets)
    total = length[a] + length[b]
    limits = np.searchsorted(np.cumsum(total), np.arange(0, int(total.sum()) + _PAIR_BLOCK, _PAIR_BLOCK)).tolist()
    blocks = [(low, high) for low, high in pairwise([*limits, len(a)]) if low < high]

    def compared(block: tuple[int, int]) -> npt.NDArray[np.float64]:
        low, high = block
        shared = _shared(_gather(sets, a[low:high]), _gather(sets, b[low:high]), high - low)
        union = total[low:high] - shared
        return np.divide(shared, union, out=np.zeros(len(shared)), where=union > 0)

    with ThreadPoolExecutor(THREADS) as threads:
        return np.concatenate([np.zeros(0), *threads.map(compared, blocks)])


def _shared(left: tuple[I64, U32], right: tuple[I64, U32], pairs: int) -> I64:
    """Return how many shingles the sets of each pair share; both sides come as (pair, shingle), ascending."""
    keys = np.concatenate([(owner.astype(np.uint64) << np.uint64(32)) | value for owner, value in (left, right)])
    keys.sort()
    twice = keys[1:][keys[1:] == keys[:-1]]
    return np.bincount((twice >> np.uint64(32)).astype(np.int64), minlength=pairs)


def components(count: int, a: I64, b: I64) -> I64:
    """Return for each of `count` nodes the least node connected with it by the edges `a[i]`-`b[i]`."""
    parent = np.arange(count)
    while True:
        low = np.minimum(parent[a], parent[b])
        before = parent.copy()
        np.minimum.at(parent, parent[a], low)
        np.minimum.at(parent, parent[b], low)
        while not np.array_equal(jumped := parent[parent], parent):
            parent = jumped
        if np.array_equal(before, parent):
            return parent


def _sets_of(frames: Iterable[pl.DataFrame]) -> tuple[pl.Series, Shingles]:
    """Return the ids of all conversations, and the shingles of the first of each id; of the text only some is joined at a time."""
    n = int(number("deduplicating", "near.shingle_words"))
    ids = [pl.Series("id", [], dtype=pl.String)]
    seen: set[str] = set()
    sets = Gathered()
    for frame in frames:
        for block in blocks_of(frame):
            own = block["id"]
            fresh = pl.Series([i not in seen for i in own], dtype=pl.Boolean) & own.is_first_distinct()
            seen.update(own)
            ids.append(own)
            sets.add(shingles(texts_of(block.filter(fresh)), n))
    return pl.concat(ids), sets.taken()


def _settings() -> dict[str, int]:
    """Return how candidates are looked for."""
    names = {"sketch": "sketch_size", "small": "small_bucket", "reach": "reach", "least": "least_shared"}
    return {k: int(number("deduplicating", f"near.{v}")) for k, v in names.items()}


def near_duplicate_clusters(frame: pl.DataFrame | Iterable[pl.DataFrame], memory: Memory | None = None) -> pl.DataFrame:
    """Cluster the conversations that are exact or near copies of one another.

    Args:
        frame: `id` (hash of normalised content) and `turns`, one conversation per row; other columns are ignored. Rows of several
            stages, sources or earlier releases may be concatenated. Or frames that hold the rows one after another: each is looked at
            once, and what is kept of a conversation are its id and its shingles, about a kilobyte.
        memory: Where the clusters of a whole frame, and the sketches of its texts, are kept between searches; the same clusters with it.

    Returns:
        One line per conversation, in order: `row` (u32), `cluster` (u32, least row of its cluster; its own row if it is alone),
        `exact` (an earlier row has the same id), `jaccard_to_representative` (f64, of 3-word shingles with the least row; 1 for
        itself and its exact copies).
    """
    if isinstance(frame, pl.DataFrame) and memory is not None and frame.height:
        return _remembered(frame, memory)
    ids, sets = _sets_of([frame] if isinstance(frame, pl.DataFrame) else frame)
    a, b = candidate_pairs(sets, **_settings())
    return _joined(ids, sets, a, b, np.arange(len(sets.offsets) - 1))


def _remembered(frame: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    """Return the clusters of a frame: as they are kept for these texts in this order, else with what is known of each text."""
    marks, ids = marks_of(frame), frame["id"]
    n, settings, likeness = int(number("deduplicating", "near.shingle_words")), _settings(), number("deduplicating", "near.min_jaccard")
    content = sha256(marks.to_numpy().tobytes() + "\n".join(ids).encode()).hexdigest()
    key = (_REVISION, content, f"{n} {settings} {likeness}", pl.__version__)

    def compute() -> pl.DataFrame:
        first = ids.is_first_distinct()
        texts, looked_at = frame.filter(first), marks.filter(first)
        a, b = candidate_pairs(sketches(texts, looked_at, n, settings["sketch"], memory), **settings)
        met = np.unique(np.concatenate([a, b]))  # what a sketch does not tell, whole sets do: of the few texts that met another
        place = np.zeros(texts.height, dtype=np.int64)
        place[met] = np.arange(len(met))
        return _joined(ids, shingles_of(texts[met], n), a, b, place)

    return memory.get(_NAMESPACE, *key, compute=compute)


def _joined(ids: pl.Series, sets: Shingles, a: I64, b: I64, place: I64) -> pl.DataFrame:
    """Return the clusters that candidate pairs make once they are verified; the set of text `i` is `place[i]` of `sets`."""
    first = ids.to_frame().with_row_index("row").select(pl.col("row").first().over("id")).to_series().to_numpy().astype(np.int64)
    distinct = np.unique(first)
    close = jaccard(sets, place[a], place[b]) >= number("deduplicating", "near.min_jaccard")
    leader = components(len(distinct), a[close], b[close])
    likeness = np.ones(len(distinct))
    apart = np.flatnonzero(leader != np.arange(len(distinct)))
    likeness[apart] = jaccard(sets, place[apart], place[leader[apart]])
    line = np.searchsorted(distinct, first)
    return pl.DataFrame({
        "row": pl.int_range(len(ids), dtype=pl.UInt32, eager=True),
        "cluster": pl.Series(distinct[leader[line]]).cast(pl.UInt32),
        "exact": first != np.arange(len(ids)),
        "jaccard_to_representative": likeness[line],
    })  # fmt: skip
