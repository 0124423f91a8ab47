"""Turn order: from a conversation's raw turns to alternating roles, and back to one row per conversation.

Lives here: exploding, dropping empty turns, merging neighbours of one role, keeping one leading system turn, regrouping.
Must not live here: what a turn says. A conversation is a run of equal `row` in the exploded table, in order.
"""

import polars as pl
import pyarrow as pa

ROLES = ("system", "user", "assistant")


def explode(turns: pl.Series) -> pl.DataFrame:
    """Return one row per turn: `row` (u32, index of the conversation), `role`, `content`; null and empty lists give no row."""
    frame = turns.alias("turns").to_frame().with_row_index("row").explode("turns", empty_as_null=False, keep_nulls=False)
    return frame.select("row", pl.col("turns").struct.field("role"), pl.col("turns").struct.field("content"))


def alternate(exploded: pl.DataFrame) -> pl.DataFrame:
    """Return the turns without empty ones, neighbours of one role merged by a line break, system turns only at the start.

    Only conversations in which something has to change are regrouped. Turns with an unknown or missing role stay as they are;
    `prepare` rejects their conversations.
    """
    exploded = exploded.filter(pl.col("content").is_not_null() & (pl.col("content") != ""))
    same = (pl.col("row") == pl.col("row").shift(1)).fill_null(False)
    late = (pl.col("role") == "system") & same & (pl.col("role").shift(1) != "system")
    exploded = exploded.filter(~late.fill_null(False))
    merge = ((pl.col("row") == pl.col("row").shift(1)) & pl.col("role").eq_missing(pl.col("role").shift(1))).fill_null(False)
    marked = exploded.with_columns(merge.alias("joins"))
    if not marked["joins"].any():
        return exploded
    touched = marked.filter("joins")["row"].unique()
    hit = pl.col("row").is_in(touched.implode())
    joined = (
        marked.filter(hit)
        .with_columns((~pl.col("joins")).cum_sum().alias("run"))
        .group_by("row", "run", maintain_order=True)
        .agg(pl.col("role").first(), pl.col("content").str.join("\n"))
        .select("row", "role", "content")
    )
    return pl.concat([exploded.filter(~hit), joined]).sort("row", maintain_order=True)


def regroup(exploded: pl.DataFrame) -> pl.DataFrame:
    """Return `row` and `turns` (list of structs), one line per conversation that still has a turn, in order of `row`."""
    lengths = exploded["row"].rle().struct.unnest()
    offsets = pl.concat([pl.Series([0], dtype=pl.Int64), lengths["len"].cast(pl.Int64).cum_sum().rename("")])
    structs = exploded.select("role", "content").to_struct("turns").rechunk().to_arrow(compat_level=pl.CompatLevel.newest())
    lists = pa.LargeListArray.from_arrays(pa.array(offsets.to_numpy()), structs)
    return pl.DataFrame({"row": lengths["value"], "turns": pl.Series("turns", lists)})
