"""The licence gate: the record carries a declared licence that policy accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, words
from empathy_assets.policy.licences import accepted_pattern
from empathy_assets.policy.load import table


def _policy() -> Mapping[str, Any]:
    return {"accepted": table("licences")["accepted"]}


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    del context
    licence = pl.col("licence").fill_null("")
    passed = licence.str.contains(accepted_pattern())
    reason = (
        pl.when(passed)
        .then(words("ok", "{}", licence))
        .when(licence == "")
        .then(words("undeclared-licence", "no licence was declared for the source"))
        .otherwise(words("incompatible-licence", "{} is not accepted by licences.toml", licence))
    )
    return outcome(frame, passed=passed, reason=reason)


GATE = Gate(name="licence", revision="1", decide=_decide, policy=_policy)
