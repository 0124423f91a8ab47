"""The length gate: neither a fragment nor an uncut log."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, section, words
from empathy_assets.policy.load import number


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    del context
    least_turns, most_turns, least_words, most_words = (
        int(number("gates", f"length.{key}")) for key in ("min_turns", "max_turns", "min_words", "max_words")
    )
    turns = pl.col("turns").list.len()
    count = pl.col("scores").struct.field("words")
    reason = (
        pl.when(count.is_null())
        .then(words("not-judged", "words were not counted"))
        .when(turns < least_turns)
        .then(words("too-few-turns", "{} < " + str(least_turns), turns))
        .when(turns > most_turns)
        .then(words("too-many-turns", "{} > " + str(most_turns), turns))
        .when(count < least_words)
        .then(words("too-short", "{} words < " + str(least_words), count))
        .when(count > most_words)
        .then(words("too-long", "{} words > " + str(most_words), count))
        .otherwise(words("ok", "{} turns, {} words", turns, count))
    )
    judged = frame.select(reason.alias("reason"), count.alias("words"))
    return outcome(judged, passed=pl.col("reason").str.starts_with("ok"), reason=pl.col("reason"), score=pl.col("words"))


GATE = Gate(name="length", revision="1", decide=_decide, policy=section("length"))
