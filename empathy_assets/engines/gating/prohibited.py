"""The prohibited-language gate: what a counsellor's turn must never say, in every stage and without exemption.

Hotline-first referral, "as an AI", minimisation, overpromising, medical advice. The judge is the scoring engine's; here its finding
becomes a verdict, after a vectorised look for the dialogues it has to read at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, words
from empathy_assets.engines.gating.text import per_record, turns_of
from empathy_assets.engines.scoring.prohibited import prohibited
from empathy_assets.policy.load import table

_HITS = {"row": pl.UInt32, "rule": pl.String, "turn": pl.Int64, "start": pl.Int64, "end": pl.Int64}


def _policy() -> Mapping[str, Any]:
    return {"lexicon": table("lexicons/prohibited")}


def _suspects(frame: pl.DataFrame) -> list[int]:
    """Return the positions of the dialogues in which any pattern of the lexicon stands, excused or not."""
    patterns = [pattern for kind in table("lexicons/prohibited")["patterns"].values() for pattern in kind["any"]]
    said = turns_of(frame, roles=["assistant"]).with_columns(pl.col("content").str.replace_all("[‘’]", "'").str.to_lowercase())
    anywhere = "|".join(f"(?:{pattern})" for pattern in patterns)
    return said.filter(pl.col("content").str.contains(anywhere))["row"].unique().sort().to_list()


def _decide(frame: pl.DataFrame, _: GateContext) -> pl.DataFrame:
    rows = _suspects(frame)
    # What a scenario was written about need not be guessed from its words: some intensities are immediate danger by their definition.
    known = frame["labels"].struct.field("intensity").is_in(table("lexicons/prohibited")["dangerous_intensities"]).fill_null(value=False)
    asked = zip(rows, frame["turns"].gather(rows).to_list(), known.gather(rows).to_list(), strict=True)
    hits = [
        (row, hit.kind, hit.turn, hit.start, hit.end)
        for row, turns, danger in asked
        for hit in prohibited([(turn["role"], turn["content"]) for turn in turns], danger=danger)
    ]
    found = per_record(pl.DataFrame(hits, schema=_HITS, orient="row"), frame.height)
    first = pl.col("spans").list.first().struct.field("turn")
    reason = (
        pl.when(pl.col("rule").is_null())
        .then(words("ok", "nothing prohibited in the counsellor's turns"))
        .otherwise(pl.format("{}: {} places, first in turn {}", pl.col("rule"), pl.col("hits"), first))
    )
    return outcome(found, passed=pl.col("rule").is_null(), reason=reason, score=pl.col("hits"), spans=found["spans"])


GATE = Gate(name="prohibited", revision="2", decide=_decide, policy=_policy)
