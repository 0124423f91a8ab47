"""Earlier verdicts: a record that the same version of a gate has judged is not judged again.

Lives here: recognising a record that did not change, and joining what was known with what is new. Must not live here: where verdicts
are kept (a `Memory` is handed in), or a gate's rule.
"""

from collections.abc import Callable

import polars as pl

from empathy_assets.engines.memory import Memory

NAMESPACE = "gates"
_BLOCK = 4_000  # records hashed at a time: what is laid out for the hash is used again by the next

Decide = Callable[[pl.DataFrame], pl.DataFrame]


def record_hash(frame: pl.DataFrame) -> pl.Series:
    """Return a hash of everything in each row (u64): text, scores with the models' versions, labels, licence, provenance.

    Rows hash alike only within one version of polars; `remembered` files what it keeps under that version.
    """
    hashed = [block.select(pl.struct(pl.all()).hash(seed=0).alias("record")).to_series() for block in frame.iter_slices(_BLOCK)]
    return pl.concat([pl.Series("record", [], dtype=pl.UInt64), *hashed])


class Records:
    """The records of one stage, and where each stands among those of a kept outcome: looked up once, as all gates of a stage keep alike."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.hashes = record_hash(frame)
        self._kept: pl.Series | None = None
        self._places = pl.Series(dtype=pl.UInt32)

    def among(self, kept: pl.Series) -> pl.Series:
        """Return the place of each record among `kept` (u32), null where it is not there."""
        if self._kept is None or not kept.equals(self._kept):
            places = kept.to_frame("record").with_row_index("place").unique("record", keep="first")
            found = self.hashes.to_frame("record").join(places, on="record", how="left", maintain_order="left")
            self._kept, self._places = kept, found["place"]
        return self._places


def remembered(frame: pl.DataFrame, decide: Decide, memory: Memory, *key: str, records: Records | None = None) -> pl.DataFrame:
    """Return a gate's outcome for every row of `frame`, deciding only the rows that were not decided before.

    Args:
        frame: Records of one stage.
        decide: The gate's decision over such records, row by row, in order.
        memory: Where earlier outcomes are kept, in the order of their records; replaced by those of this frame as soon as one of them is
            new, so that it never outgrows the stage.
        key: Gate, version and stage: everything besides the record that the decision depends on.
        records: The frame's `Records`, where they are known.
    """
    records = records or Records(frame)
    known = memory.recall(NAMESPACE, *key, pl.__version__)
    if known is not None and known["record"].equals(records.hashes):
        return known.drop("record")
    if known is None:
        found = decide(frame)
        new = frame.height > 0
    else:
        places = records.among(known["record"])
        lacking = places.is_null()
        new = lacking.any()
        decided = [decide(frame.filter(lacking))] if new else []
        fresh = pl.int_range(known.height, known.height + int(lacking.sum()), dtype=pl.UInt32, eager=True)
        found = pl.concat([known.drop("record"), *decided])[places.clone().scatter(lacking.arg_true(), fresh)]
    if new:
        memory.put(NAMESPACE, *key, pl.__version__, frame=found.with_columns(records.hashes))
    return found
