"""Figures of a stage dataset: the numbers its checks compare and the UI plots release over release."""

import polars as pl

from empathy_assets.policy.load import number


def yield_by_source(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return, per stage and source, `candidates`, those `dropped` by gates, `surplus`, `admitted`: who brought how many, who fell short.

    Args:
        ledger: All verdicts (Verdict schema), composition included.
    """
    keys = ["stage", "source"]
    left, passed = pl.col("ref").n_unique().alias("left"), pl.col("passed")
    every = ledger.group_by(keys).agg(pl.col("ref").n_unique().alias("candidates"))
    composed = (
        ledger.filter(pl.col("gate") == "composition")
        .group_by(keys)
        .agg(left, (~passed).sum().alias("surplus"), passed.sum().alias("admitted"))
    )
    whole = every.join(composed, on=keys, how="left").with_columns(pl.col("left", "surplus", "admitted").fill_null(0))
    return whole.select(*keys, "candidates", (pl.col("candidates") - pl.col("left")).alias("dropped"), "surplus", "admitted").sort(keys)


def stage_figures(frame: pl.DataFrame) -> dict[str, float | int]:
    """Return count, EARS and crisis figures of scored conversations (Conversation schema); shares in 0 to 1, 0 where there are no rows."""
    score = pl.col("scores").struct
    known = pl.col("labels").struct.field("known_crisis").fill_null(False)
    flagged = score.field("crisis_flagged").fill_null(False)
    row = frame.select(
        pl.len().alias("conversations"),
        score.field("ears").mean().fill_null(0.0).alias("ears_mean"),
        (score.field("ears") >= number("gates", "ears.min")).mean().fill_null(0.0).alias("ears_pass_share"),
        flagged.mean().fill_null(0.0).alias("crisis_flagged_share"),
        known.sum().alias("known_crisis"),
        (known & flagged).sum().alias("known_crisis_flagged"),
        score.field("pii_residue").sum().alias("pii_residue"),
        score.field("words").mean().fill_null(0.0).alias("words_mean"),
    ).row(0, named=True)
    return {name: round(value, 4) if isinstance(value, float) else int(value) for name, value in row.items()}


def licences_by_source(rows: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Return source -> licence -> conversations, both in alphabetical order."""
    found: dict[str, dict[str, int]] = {}
    for source, licence, count in rows.group_by("source", "licence").len().sort("source", "licence").iter_rows():
        found.setdefault(source, {})[licence] = count
    return found
