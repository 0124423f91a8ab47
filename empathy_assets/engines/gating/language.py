"""The language gate: the conversation is in a language the release accepts."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, section, words

_policy = section("language")


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    del context
    accepted: list[str] = list(_policy()["accepted"])
    language = pl.col("scores").struct.field("language").fill_null("")
    passed = language.is_in(accepted)
    reason = (
        pl.when(passed)
        .then(words("ok", "{}", language))
        .when(language == "")
        .then(words("language-unknown", "no language was recognised"))
        .otherwise(words("language-not-accepted", "found {}, accepted " + ", ".join(accepted), language))
    )
    return outcome(frame, passed=passed, reason=reason)


GATE = Gate(name="language", revision="1", decide=_decide, policy=_policy)
