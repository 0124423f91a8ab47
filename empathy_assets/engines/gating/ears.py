"""The EARS gate: empathising, acknowledging, reflecting, supporting; the calibrated score of the conversation is high enough."""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import OUTCOME, Gate, GateContext, outcome, section, words
from empathy_assets.policy.load import number

_COMPONENTS = ("empathize", "acknowledge", "reflect", "support")


def _spans() -> pl.Expr:
    """Return the places that drove the score, as verdict spans."""
    place = pl.element().struct
    span = pl.struct(place.field("turn"), place.field("start"), place.field("end"))
    return pl.col("scores").struct.field("evidence").list.eval(span).cast(OUTCOME["spans"]).fill_null(pl.lit([], dtype=OUTCOME["spans"]))


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    del context
    least = number("gates", "ears.min")
    scores = pl.col("scores").struct
    ears = scores.field("ears")
    weakest = pl.concat_list(scores.field(c).fill_null(0.0) for c in _COMPONENTS).list.arg_min()
    name = weakest.replace_strict(dict(enumerate(_COMPONENTS)), return_dtype=pl.String)
    reason = (
        pl.when(ears.is_null())
        .then(words("not-judged", "EARS was not scored"))
        .when(ears < least)
        .then(words("ears-below-threshold", "{} < " + f"{least:.2f}" + ", weakest: {}", ears.round(4), name))
        .otherwise(words("ok", "{} >= " + f"{least:.2f}", ears.round(4)))
    )
    return outcome(frame, passed=ears >= least, reason=reason, score=ears, spans=frame.select(_spans().alias("spans")).to_series())


GATE = Gate(name="ears", revision="1", decide=_decide, policy=section("ears"), judged_by="scorer_version")
