"""The prohibited-language gate: what a counsellor's turn must never say, in every stage and without exemption.

Hotline-first referral, "as an AI", minimisation, overpromising, medical advice. The judge is the scoring engine's; here its finding
becomes a verdict.
"""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, words


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    if context.prohibited is None:
        return outcome(frame, passed=pl.lit(value=False), reason=words("not-judged", "no judge of prohibited language was given"))
    return context.prohibited(frame)


GATE = Gate(name="prohibited", revision="1", decide=_decide)
