"""The quality gate: what its own source labels as a bad example is no training example.

Corpora publish failed dialogues and low-quality demonstrations on purpose; they are useful to measure judges with, not to learn from.
"""

from __future__ import annotations

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, words

_LOW = "low"


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    del context
    label = pl.col("labels").struct.field("quality").fill_null("")
    reason = (
        pl.when(label == _LOW)
        .then(words("low-quality-source", "its source labels this dialogue as low quality"))
        .when(label == "")
        .then(words("ok", "its source says nothing about quality"))
        .otherwise(words("ok", "its source labels it {}", label))
    )
    return outcome(frame, passed=label != _LOW, reason=reason)


GATE = Gate(name="quality", revision="1", decide=_decide)
