"""Clusters of exact and near duplicates: bottom-sketch candidates, verified by true Jaccard, joined by union-find.

Lives here: who is a copy of whom. Must not live here: which copy stays (`keep`), how candidates are found (`candidates`), how alike two
texts are (`likeness`).
Candidates come from bottom sketches (the least hashes of each text; Broder 1997), looked up in an inverted index.
"""

from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256

import numpy as np
import polars as pl

from empathy_assets.engines.deduplicating.candidates import candidate_pairs
from empathy_assets.engines.deduplicating.likeness import Floats, Likeness, jaccard
from empathy_assets.engines.deduplicating.shingles import I64, Gathered, Shingles, shingles
from empathy_assets.engines.deduplicating.sketches import blocks_of, marks_of, sketches, texts_of
from empathy_assets.engines.memory import Memory
from empathy_assets.policy.load import number

_NAMESPACE = "copies"
_REVISION = "1"  # raise it when the same texts make other clusters


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
        memory: Where the clusters of a whole frame, the sketches of its texts and the likeness of pairs are kept between searches; the
            same clusters with it.

    Returns:
        One line per conversation, in order: `row` (u32), `cluster` (u32, least row of its cluster; its own row if it is alone),
        `exact` (an earlier row has the same id), `jaccard_to_representative` (f64, of 3-word shingles with the least row; 1 for
        itself and its exact copies).
    """
    if isinstance(frame, pl.DataFrame) and memory is not None and frame.height:
        return _remembered(frame, memory)
    ids, sets = _sets_of([frame] if isinstance(frame, pl.DataFrame) else frame)
    a, b = candidate_pairs(sets, **_settings())
    return _joined(ids, a, b, partial(jaccard, sets))


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
        alike = Likeness(texts, looked_at, n, memory)
        found = _joined(ids, a, b, alike.of)
        alike.keep()
        return found

    return memory.get(_NAMESPACE, *key, compute=compute)


def _joined(ids: pl.Series, a: I64, b: I64, alike: Callable[[I64, I64], Floats]) -> pl.DataFrame:
    """Return the clusters that candidate pairs make once `alike` has verified them."""
    first = ids.to_frame().with_row_index("row").select(pl.col("row").first().over("id")).to_series().to_numpy().astype(np.int64)
    distinct = np.unique(first)
    close = alike(a, b) >= number("deduplicating", "near.min_jaccard")
    leader = components(len(distinct), a[close], b[close])
    likeness = np.ones(len(distinct))
    apart = np.flatnonzero(leader != np.arange(len(distinct)))
    likeness[apart] = alike(apart, leader[apart])
    line = np.searchsorted(distinct, first)
    return pl.DataFrame({
        "row": pl.int_range(len(ids), dtype=pl.UInt32, eager=True),
        "cluster": pl.Series(distinct[leader[line]]).cast(pl.UInt32),
        "exact": first != np.arange(len(ids)),
        "jaccard_to_representative": likeness[line],
    })  # fmt: skip
