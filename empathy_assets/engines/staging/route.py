"""Routing: which stage a landed dialogue belongs to, and the fence around nightmare-fuel.

Generated conversations keep the stage their plan row gave them. A landed dialogue in which the detector finds severe crisis is routed
behind the fence (DESIGN section 3: crisis-routed records), every other one is foundation.
"""

import polars as pl

from empathy_assets.records.arrow import set_fields

FENCED_STAGE = "nightmare-fuel"
HOME_STAGE = "foundation"
"""Where a landed dialogue belongs unless something is known that places it elsewhere."""
FENCE_EXEMPTION = ["content"]


def route(frame: pl.DataFrame, stage: str) -> pl.DataFrame:
    """Return the rows of `frame` that belong to `stage`, with `stage`, `exempt_from` and the crisis label filled in.

    Args:
        frame: Scored conversations; `stage` is null for landed dialogues.
        stage: Stage dataset to fill.
    """
    severe = pl.col("scores").struct.field("crisis_severe").fill_null(False)
    routed = pl.when(severe).then(pl.lit(FENCED_STAGE)).otherwise(pl.lit(HOME_STAGE))
    rows = frame.with_columns(pl.coalesce("stage", routed).alias("stage")).filter(pl.col("stage") == stage)
    if stage != FENCED_STAGE:
        return rows
    category = pl.col("labels").struct.field("category")
    found = pl.col("scores").struct.field("crisis_category")
    return rows.with_columns(
        pl.lit(FENCE_EXEMPTION, dtype=pl.List(pl.String)).alias("exempt_from"),
        set_fields("labels", category=pl.when(category == "").then(found).otherwise(category)),
    )
