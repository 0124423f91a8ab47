"""Earlier verdicts: a record that the same version of a gate has judged is not judged again.

Lives here: recognising a record that did not change, and joining what was known with what is new. Must not live here: where verdicts
are kept (a `Memory` is handed in), or a gate's rule.
"""

from collections.abc import Callable

import polars as pl

from empathy_assets.engines.memory import Memory

NAMESPACE = "gates"

Decide = Callable[[pl.DataFrame], pl.DataFrame]


def record_hash(frame: pl.DataFrame) -> pl.Series:
    """Return a hash of everything in each row (u64): text, scores with the models' versions, labels, licence, provenance.

    Rows hash alike only within one version of polars; `remembered` files what it keeps under that version.
    """
    return frame.select(pl.struct(pl.all()).hash(seed=0).alias("record")).to_series()


def remembered(frame: pl.DataFrame, decide: Decide, memory: Memory, *key: str, records: pl.Series | None = None) -> pl.DataFrame:
    """Return a gate's outcome for every row of `frame`, deciding only the rows that were not decided before.

    Args:
        frame: Records of one stage.
        decide: The gate's decision over such records, row by row, in order.
        memory: Where earlier outcomes are kept; replaced by those of this frame, so that it never outgrows the stage.
        key: Gate, version and stage: everything besides the record that the decision depends on.
        records: The records' `record_hash`, where it is known: it is the same for all gates of a stage.
    """
    records = record_hash(frame) if records is None else records
    known = memory.recall(NAMESPACE, *key, pl.__version__)
    new = records.is_in(known["record"].implode()).not_() if known is not None else None
    fresh = frame if new is None else frame.filter(new)
    decided = decide(fresh).with_columns(records if new is None else records.filter(new))
    if fresh.height:
        kept = decided if known is None else pl.concat([known.join(records.to_frame(), on="record", how="semi"), decided])
        memory.put(NAMESPACE, *key, pl.__version__, frame=kept)
    else:
        kept = known if known is not None else decided
    every = kept.unique("record", keep="first", maintain_order=True)
    return records.to_frame().join(every, on="record", how="left", maintain_order="left").drop("record")
