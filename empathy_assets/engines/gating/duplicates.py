"""The duplicates gate: of each cluster of copies only the kept one stays. Finding copies and choosing is `deduplicating`'s work."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, words
from empathy_assets.records.ids import record_ref


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    if context.duplicates is None:
        return outcome(frame, passed=pl.lit(value=True), reason=words("not-compared", "no cluster result was given"))
    clusters = context.duplicates.select("ref", "kept", "kept_ref", "exact", "jaccard")
    found = frame.select(record_ref()).join(clusters, on="ref", how="left", maintain_order="left")
    kind = pl.when(pl.col("exact")).then(pl.lit("exact-duplicate")).otherwise(pl.lit("near-duplicate"))
    of = pl.col("kept_ref").fill_null("another record")
    reason = (
        pl.when(pl.col("kept").is_null())
        .then(words("ok", "unique"))
        .when(pl.col("kept"))
        .then(words("ok", "kept of its cluster"))
        .otherwise(pl.format("{}: of {}, similarity {}", kind, of, pl.col("jaccard").round(3).cast(pl.String).fill_null("unknown")))
    )
    return outcome(found, passed=pl.col("kept").fill_null(value=True), reason=reason, score=pl.col("jaccard"))


GATE = Gate(name="duplicates", revision="1", decide=_decide, alone=False)
