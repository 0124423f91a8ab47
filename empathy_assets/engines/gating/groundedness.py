"""The groundedness gate: a record that claims a passage says what the passage says; a voice takes an image from it, not a claim."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, section, words
from empathy_assets.policy.load import number


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    del context
    voiced = pl.col("labels").struct.field("kind") == "persona"
    least = pl.when(voiced).then(number("gates", "groundedness.min_voice")).otherwise(number("gates", "groundedness.min"))
    claims = (pl.col("provenance").struct.field("passage_id") != "").fill_null(value=False)
    share = pl.col("scores").struct.field("groundedness")
    reason = (
        pl.when(~claims)
        .then(words("ok", "claims no passage"))
        .when(share.is_null())
        .then(words("not-judged", "claims a passage and was not compared with it"))
        .when(share < least)
        .then(words("ungrounded", "{} of the claims supported < {}", share.round(4), least))
        .otherwise(words("ok", "{} of the claims supported", share.round(4)))
    )
    return outcome(frame, passed=~claims | (share >= least), reason=reason, score=pl.when(claims).then(share))


GATE = Gate(name="groundedness", revision="1", decide=_decide, policy=section("groundedness"))
