"""The crisis gate: a severe disclosure stands only in the stages that policy fences for it.

Elsewhere it is not answered with crisis competence by design of the stage, so the record is blocked there (or routed before gating).
"""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, section, words

_policy = section("crisis")


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    scores = pl.col("scores").struct
    severe = scores.field("crisis_severe")
    flagged = scores.field("crisis_flagged").fill_null(value=False)
    category = scores.field("crisis_category").replace("", "uncategorised").fill_null("uncategorised")
    fenced = context.stage in _policy()["fenced"]
    held = (
        words("crisis-in-fence", "{}", category) if fenced else words("crisis-outside-fence", "{} disclosed in " + context.stage, category)
    )
    reason = (
        pl.when(severe.is_null())
        .then(words("not-judged", "crisis was not scored"))
        .when(severe)
        .then(held)
        .when(flagged)
        .then(words("ok", "flagged for {}, below the severity threshold", category))
        .otherwise(words("ok", "no crisis disclosed"))
    )
    passed = severe.is_not_null() if fenced else severe.not_()
    return outcome(frame, passed=passed, reason=reason, score=scores.field("crisis"))


GATE = Gate(name="crisis", revision="1", decide=_decide, policy=_policy, judged_by="detector_version")
