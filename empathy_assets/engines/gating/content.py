"""The content gate: unsafe assistant language, and a hard floor that holds for both sides in every stage.

The only gate a record may be exempt from, and only on the client's side in nightmare-fuel; the floor knows no exemption. Phrases live in
`policy/lexicons/content.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, outcome, words
from empathy_assets.engines.gating.schema import FENCE
from empathy_assets.engines.gating.text import Rule, any_of, find, per_record, turns_of
from empathy_assets.policy.load import number, table

_ROLES = ("user", "assistant")


def _policy() -> Mapping[str, Any]:
    return {"numbers": table("gates")["content"], "lexicon": table("lexicons/content")}


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        name=entry["name"],
        pattern=any_of(entry["phrases"]),
        together=any_of(entry["together"]) if "together" in entry else "",
        unless=any_of(entry["unless"]) if "unless" in entry else "",
        window=int(entry.get("window", number("gates", "content.minor_window"))),
    )


@cache
def _rules() -> tuple[tuple[Rule, tuple[str, ...], bool], ...]:
    """Return every rule with the roles it holds for and whether it is part of the floor."""
    return tuple((_rule(entry), tuple(entry["roles"]), bool(entry.get("floor"))) for entry in table("lexicons/content")["rule"])


def _hits(turns: pl.DataFrame, exempt: pl.Series) -> pl.DataFrame:
    """Return all hits that count; those of the floor first within a record, so that the gravest names the reason."""
    found: list[pl.DataFrame] = []
    for role in _ROLES:
        said = turns.filter(pl.col("role") == role)
        floor = find(said, [rule for rule, roles, is_floor in _rules() if is_floor and role in roles])
        other = find(said, [rule for rule, roles, is_floor in _rules() if not is_floor and role in roles])
        if role == "user":
            other = other.filter(~pl.col("row").is_in(exempt.implode()))
        found += [floor.with_columns(pl.lit(0).alias("grade")), other.with_columns(pl.lit(1).alias("grade"))]
    return pl.concat(found).sort("row", "grade", "turn", "start", "rule").drop("grade")


def _decide(frame: pl.DataFrame, context: GateContext) -> pl.DataFrame:
    rows = frame.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), pl.col("exempt_from").list.contains("content").alias("exempt")
    )
    exempt = rows.filter(pl.col("exempt").fill_null(value=False) & (context.stage == FENCE))["row"]
    judged = per_record(_hits(turns_of(frame, roles=_ROLES), exempt), frame.height).with_columns(
        pl.col("row").is_in(exempt.implode()).alias("exempt")
    )
    reason = (
        pl.when(pl.col("rule").is_not_null())
        .then(
            pl.format("{}: {} phrases, first in turn {}", pl.col("rule"), pl.col("hits"), pl.col("spans").list.first().struct.field("turn"))
        )
        .when(pl.col("exempt"))
        .then(words("ok", "client's side exempt in " + FENCE + ", assistant's side and floor clean"))
        .otherwise(words("ok", "no unsafe phrase"))
    )
    return outcome(judged, passed=pl.col("rule").is_null(), reason=reason, score=pl.col("hits"), spans=judged["spans"])


GATE = Gate(name="content", revision="1", decide=_decide, policy=_policy)
