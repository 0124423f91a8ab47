"""Sketches remembered from run to run: of a text that was looked at before, candidates for copies are told without reading it again.

Lives here: what of a text's shingles is kept, and how it is told that a text is the same. Must not live here: comparing texts (`cluster`).
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from empathy_assets.engines.deduplicating.shingles import Gathered, Shingles, shingles
from empathy_assets.engines.memory import Memory

_NAMESPACE = "sketches"
_REVISION = "1"  # raise it when the hash of a word or a shingle changes
_TEXT_BLOCK = 4_000  # conversations whose text is joined at a time
_MARK_SEED = 9


def texts_of(frame: pl.DataFrame) -> pl.Series:
    """Return the words of every conversation as one text: its turns in order, roles left out."""
    content = pl.col("turns").list.eval(pl.element().struct.field("content"))
    return frame.select(content.list.join("\n").fill_null("").alias("text")).to_series()


def blocks_of(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield `id` and `turns` of some conversations at a time."""
    yield from frame.select("id", "turns").iter_slices(_TEXT_BLOCK)


def marks_of(frame: pl.DataFrame) -> pl.Series:
    """Return a hash of every conversation's text (u64); texts hash alike only within one version of polars."""
    marks = [texts_of(block).hash(seed=_MARK_SEED) for block in blocks_of(frame)]
    return pl.concat([pl.Series("mark", [], dtype=pl.UInt64), *(mark.rename("mark") for mark in marks)])


def shingles_of(frame: pl.DataFrame, n: int, limit: int | None = None) -> Shingles:
    """Return the shingles of every conversation, or the `limit` least of each; of the text only some is joined at a time."""
    sets = Gathered()
    for block in blocks_of(frame):
        found = shingles(texts_of(block), n)
        sets.add(found if limit is None else _least(found, limit))
    return sets.taken()


def _least(sets: Shingles, limit: int) -> Shingles:
    """Return the `limit` least shingles of each text."""
    length = np.diff(sets.offsets)
    place = np.arange(len(sets.values)) - np.repeat(sets.offsets[:-1], length)
    return Shingles(sets.values[place < limit], np.concatenate([np.zeros(1, np.int64), np.cumsum(np.minimum(length, limit))]))


def sketches(frame: pl.DataFrame, marks: pl.Series, n: int, limit: int, memory: Memory) -> Shingles:
    """Return the `limit` least shingles of every conversation, computing those of texts that were not met before.

    Args:
        frame: `id` and `turns`, one conversation per row.
        marks: `marks_of` the frame.
        n: Words of a shingle.
        limit: Size of a sketch.
        memory: Where sketches are kept; what is not of this frame is let go of as soon as something new is kept, so that it never
            outgrows what was looked at last.
    """
    key = (_REVISION, str(n), str(limit), pl.__version__)
    known = memory.recall(_NAMESPACE, *key)
    known = pl.DataFrame(schema={"mark": pl.UInt64, "sketch": pl.List(pl.UInt32)}) if known is None else known
    new = ~marks.is_in(known["mark"].implode()) & marks.is_first_distinct()
    if new.any():
        made = shingles_of(frame.filter(new), n, limit)
        fresh = pl.DataFrame({"mark": marks.filter(new), "sketch": _lists(made)})
        known = pl.concat([known.filter(known["mark"].is_in(marks.implode())), fresh])
        memory.put(_NAMESPACE, *key, frame=known)
    found = marks.to_frame("mark").join(known, on="mark", how="left", maintain_order="left")["sketch"]
    lengths = found.list.len().to_numpy().astype(np.int64)
    values = found.explode(empty_as_null=False).to_numpy() if lengths.sum() else np.zeros(0, np.uint32)
    return Shingles(values.astype(np.uint32, copy=False), np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)]))


def _lists(sets: Shingles) -> pl.Series:
    """Return the shingles of each text as a list."""
    texts = np.arange(len(sets.offsets) - 1, dtype=np.uint32)
    held = pl.DataFrame({"text": np.repeat(texts, np.diff(sets.offsets)), "sketch": sets.values})
    lists = held.group_by("text", maintain_order=True).agg("sketch")
    every = pl.DataFrame({"text": texts}).join(lists, on="text", how="left", maintain_order="left")
    return every["sketch"].fill_null(pl.Series([[]], dtype=pl.List(pl.UInt32)))
