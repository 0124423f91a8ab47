"""Units of choice: single records, and counterfactual pairs that are admitted or dropped together.

Lives here: grouping candidates into units and ranking the units of a stage. Must not live here: how many are admitted (`compose`).
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from empathy_assets.policy.load import number, numbers

PAIR_MEMBERS = 2
STRATA = ("source", "issue", "category", "persona", "length")


def _length_band() -> pl.Expr:
    count = pl.col("scores").struct.field("words").fill_null(0)
    short, long = number("gates", "compose.short_words"), number("gates", "compose.long_words")
    return pl.when(count < short).then(pl.lit("short")).when(count > long).then(pl.lit("long")).otherwise(pl.lit("medium"))


def described(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return per candidate what composition looks at: `ref`, `id`, `stage`, `kind`, `unit`, the strata, and what bars its pair.

    `unit` is the pair id, or the ref of a record without one. `barred` is empty, `pair-partner-dropped` where a member is missing among the
    candidates, or `pair-across-stages`.
    """
    labels = pl.col("labels").struct
    pair = labels.field("pair_id").fill_null("")
    members = pl.len().over("unit")
    return (
        candidates.select(
            "ref",
            "id",
            "stage",
            "source",
            labels.field("kind").fill_null("").alias("kind"),
            labels.field("issue").fill_null("").alias("issue"),
            labels.field("category").fill_null("").alias("category"),
            labels.field("persona_id").fill_null("").alias("persona"),
            _length_band().alias("length"),
            (pair != "").alias("paired"),
            pl.when(pair == "").then("ref").otherwise(pl.format("pair:{}", pair)).alias("unit"),
        )
        .with_columns(
            pl.when(pl.col("paired") & (members < PAIR_MEMBERS))
            .then(pl.lit("pair-partner-dropped"))
            .when(pl.col("paired") & (pl.col("stage").n_unique().over("unit") > 1))
            .then(pl.lit("pair-across-stages"))
            .otherwise(pl.lit(""))
            .alias("barred")
        )
        .sort("stage", "id", "ref")
    )


def _weights() -> Mapping[str, float]:
    """Return `<key>.<value>` -> weight, as policy names them."""
    prefix = "compose.weights."
    return {name.removeprefix(prefix): found.value for name, found in numbers("gates").items() if name.startswith(prefix)}


def _weight(weights: Mapping[str, float]) -> pl.Expr:
    product = pl.lit(1.0)
    for key in STRATA:
        of_key = {name.removeprefix(f"{key}."): value for name, value in weights.items() if name.startswith(f"{key}.")}
        if of_key:
            product = product * pl.col(key).replace_strict(of_key, default=1.0, return_dtype=pl.Float64)
    return product


def ranked(records: pl.DataFrame, weights: Mapping[str, float] | None = None) -> pl.DataFrame:
    """Return the units of one stage, the one to admit first on top: `unit`, `size`, `kind`, `rank`.

    Systematic sampling over strata: the r-th unit of a stratum of n units stands at (r + 1/2) / (n ** evenness * weight), so any
    prefix of the order holds each stratum in proportion to n ** evenness * weight. Within a stratum the content hash decides, so
    the order is random with respect to content and the same on every machine.

    Args:
        records: Rows of `described` of one stage without barred ones.
        weights: `<key>.<value>` -> weight; policy's by default. Zero or less puts a stratum last.
    """
    evenness = number("gates", "compose.evenness")
    weight = _weight(_weights() if weights is None else weights)
    units = (
        records.group_by("unit", maintain_order=True)
        .agg(pl.len().alias("size"), pl.col("kind", "id", *STRATA).first())
        .sort("id", "unit")
        .with_columns(pl.len().over(*STRATA).alias("n"), pl.int_range(pl.len()).over(*STRATA).alias("r"), weight.clip(1e-9).alias("weight"))
        .with_columns(((pl.col("r") + 0.5) / (pl.col("n").cast(pl.Float64).pow(evenness) * pl.col("weight"))).alias("place"))
        .sort("place", "id", "unit")
    )
    return units.select("unit", "size", "kind", pl.int_range(pl.len()).alias("rank"))
