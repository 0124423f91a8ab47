"""The decontamination gate: a record that shares text with a benchmark the user configured is kept out of training data."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, section, words
from empathy_assets.policy.load import number
from empathy_assets.records.ids import record_ref


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    if context.contaminated is None:
        return outcome(frame, passed=pl.lit(value=True), reason=words("ok", "no benchmark is configured"))
    most = int(number("gates", "decontamination.max_ngrams"))
    hits = (
        context.contaminated.sort("ref", "benchmark")
        .group_by("ref", maintain_order=True)
        .agg(
            pl.col("benchmark").first(),
            pl.col("ngrams").list.len().sum().alias("matched"),
            pl.col("ngrams").list.first().first().alias("first"),
        )
    )
    found = frame.select(record_ref()).join(hits, on="ref", how="left", maintain_order="left")
    matched = pl.col("matched").fill_null(0)
    reason = (
        pl.when(matched > most)
        .then(pl.format("contaminated: {} n-grams of {}, first '{}'", matched, pl.col("benchmark"), pl.col("first")))
        .otherwise(words("ok", "{} n-grams shared with the benchmarks", matched))
    )
    return outcome(found, passed=matched <= most, reason=reason, score=matched)


GATE = Gate(name="decontamination", revision="1", decide=_decide, policy=section("decontamination"), alone=False)
