"""The gate: its shape, what it is told, and how it words a decision.

Lives here: `Gate`, `GateContext`, `outcome`. Must not live here: any particular gate, or the list of them (`registry`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from empathy_assets.policy.load import table
from empathy_assets.records.arrow import polars_schema
from empathy_assets.records.conversation import STAGES, Stage
from empathy_assets.records.ids import digest
from empathy_assets.records.verdict import Verdict

_VERDICT = polars_schema(Verdict)
OUTCOME: dict[str, pl.DataType] = {name: _VERDICT[name] for name in ("passed", "score", "reason", "spans")}
"""Columns and types of what a gate returns, one row per row of its frame, in the same order."""

_HASH_HEX = 8


class GateContractError(ValueError):
    """A gate returned something other than one reasoned decision per record."""


@dataclass(frozen=True, slots=True)
class GateContext:
    """What a gate may know beyond the records of one stage.

    Attributes:
        stage: Stage dataset the frame is; set by `judge`.
        duplicates: Frame of `ref`, `kept` (bool), `kept_ref`, `exact` (bool), `jaccard` (0 to 1), one row per member of a duplicate
            cluster over all stages; a ref that is not there is unique. Null: nobody compared.
        contaminated: Frame of `ref`, `benchmark`, `ngrams` (list of the matched n-grams, as text); null: no benchmark is configured.
    """

    stage: Stage = "foundation"
    duplicates: pl.DataFrame | None = None
    contaminated: pl.DataFrame | None = None


Decide = Callable[[pl.DataFrame, GateContext], pl.DataFrame]


def _no_policy() -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate.

    Attributes:
        name: Name in the ledger, e.g. `ears`.
        revision: Version of its code; raise it when the decision changes for the same policy.
        decide: `(frame, context) -> outcome frame`, one row per row of the frame, in order; called for two stages at a time, so it keeps
            nothing between calls that a call from another thread could disturb.
        stages: Stages it judges.
        blocking: False makes it advisory: recorded, never a reason to drop.
        policy: Returns everything from the policy files the decision depends on; its hash is part of `version`.
        judged_by: Field of `scores` that names the model whose figure is compared; part of each verdict's version.
        alone: Whether the decision depends on the record and the policy alone, so that an earlier verdict of the same version still
            stands; False for a gate that reads its context.
    """

    name: str
    revision: str
    decide: Decide
    stages: tuple[Stage, ...] = STAGES
    blocking: bool = True
    policy: Callable[[], Mapping[str, Any]] = _no_policy
    judged_by: str = ""
    alone: bool = True

    @property
    def version(self) -> str:
        """Return `<revision>+<hash of its policy>`."""
        canonical = json.dumps(self.policy(), sort_keys=True, ensure_ascii=False)
        return f"{self.revision}+{digest(self.name, canonical)[:_HASH_HEX]}"


def section(name: str) -> Callable[[], Mapping[str, Any]]:
    """Return a reader of one section of `policy/gates.toml`, for `Gate.policy`."""

    def read() -> Mapping[str, Any]:
        return table("gates")[name]

    return read


def words(code: str, detail: str = "", *values: pl.Expr) -> pl.Expr:
    """Return a reason: a machine-readable `code`, then `detail` in words with `{}` filled by the values.

    `code` is what statistics group by (`reason_code`); figures belong in the detail.
    """
    if not detail:
        return pl.lit(code)
    return pl.format(f"{code}: {detail}", *values) if values else pl.lit(f"{code}: {detail}")


def reason_code(reason: str = "reason") -> pl.Expr:
    """Return the machine-readable part of the column `reason`."""
    return pl.col(reason).str.split_exact(": ", 1).struct.field("field_0").alias("code")


def outcome(
    frame: pl.DataFrame, *, passed: pl.Expr, reason: pl.Expr, score: pl.Expr | None = None, spans: pl.Series | None = None
) -> pl.DataFrame:
    """Return a gate's outcome for every row of `frame`.

    Args:
        frame: The records.
        passed: True where the record is let through; null counts as failed.
        reason: Why, for passes too; build it with `words`.
        score: The figure that was compared, if there is one.
        spans: Per row the list of spans, if the gate points at text.
    """
    # The row number keeps literal expressions as long as the frame.
    found = frame.select(
        pl.int_range(pl.len()).alias("row"),
        passed.fill_null(value=False).alias("passed"),
        (pl.lit(None, dtype=pl.Float64) if score is None else score.cast(pl.Float64)).alias("score"),
        reason.alias("reason"),
        (pl.lit([], dtype=OUTCOME["spans"]) if spans is None else pl.lit(spans)).alias("spans"),
    )
    return found.drop("row")


def checked(found: pl.DataFrame, gate: Gate, height: int) -> pl.DataFrame:
    """Return `found` with exactly the outcome's columns and types.

    Raises:
        GateContractError: Rows or columns are missing, or a decision has no value or no reason.
    """
    missing = [name for name in OUTCOME if name not in found.columns]
    if missing or found.height != height:
        raise GateContractError(
            f"gate {gate.name!r} returned {found.height} rows and lacks {missing}; expected {height} rows with {list(OUTCOME)}. "
            f"Build the result with engines.gating.gate.outcome."
        )
    silent = found.select((pl.col("passed").is_null() | pl.col("reason").is_null() | (pl.col("reason") == "")).sum()).item()
    if silent:
        raise GateContractError(
            f"gate {gate.name!r} left {silent} of {height} records without a decision or a reason; expected both for every record, "
            f"passes included. Give every branch of the gate a reason, and fill nulls in what it is worded from."
        )
    return found.select(pl.col(name).cast(kind) for name, kind in OUTCOME.items())
