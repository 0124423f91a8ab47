"""The account of a generation run: what came of the plan rows, what is missing and why.

Lives here: what is told. Must not live here: how rows are written or asked for (`run`).
"""

from dataclasses import dataclass, field

import polars as pl

VERDICTS = {"row_id": pl.String, "ears": pl.Int64, "groundedness": pl.Int64, "safety": pl.String, "why": pl.String}
REASONS = {"row_id": pl.String, "reason": pl.String, "outcome": pl.String}
FAULTS = {"fault": pl.String, "count": pl.Int64}
"""Columns of what a run tells beside its conversations."""


@dataclass(frozen=True)
class Generated:
    """What came of the plan rows.

    Attributes:
        frame: Conversations in plan order (`Conversation` schema).
        missing: Plan rows without a result (`PlanRow` schema).
        stats: Counts: rows, written, missing, chunks, chunks_reused, rows_reused (of other chunks, found in an earlier state),
            chunks_retried (after their worker failed), asked (rows put to the model), answered (of those, usable), filled (by the
            grammar in the model's place), unjudged, requests, prompt_tokens, completion_tokens.
        reasons: Why rows have no reply of the model: `row_id`, `reason`, `outcome` (filled or missing).
        faults: What went wrong on the way, mended or not: `fault`, `count`.
        verdicts: What the model as judge said of its dialogues: `row_id`, `ears`, `groundedness`, `safety`, `why`.
    """

    frame: pl.DataFrame
    missing: pl.DataFrame
    stats: dict[str, int] = field(default_factory=dict[str, int])
    reasons: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REASONS))
    faults: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=FAULTS))
    verdicts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=VERDICTS))
