"""The PII gate: no identifier is left after replacement. No stage and no record is exempt."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, section, words
from empathy_assets.policy.load import number


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    del context
    most = int(number("gates", "pii.max_residue"))
    residue = pl.col("scores").struct.field("pii_residue")
    replaced = pl.col("scores").struct.field("pii_replaced").fill_null(0)
    reason = (
        pl.when(residue.is_null())
        .then(words("not-judged", "identifiers were not looked for after replacement"))
        .when(residue > most)
        .then(words("pii-residue", "{} identifiers left, " + str(most) + " allowed", residue))
        .otherwise(words("ok", "{} identifiers replaced, none left", replaced))
    )
    return outcome(frame, passed=residue <= most, reason=reason, score=residue)


GATE = Gate(name="pii", revision="1", decide=_decide, policy=section("pii"))
