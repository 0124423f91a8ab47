"""The composition of a release: exactly the mix, as large as the scarcest stage allows, every candidate accounted for.

Lives here: size, quotas, minima, admission and its verdicts. Must not live here: gates, ranks of units (`units`), exact counts (`fill`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import starmap
from math import ceil, lcm

import polars as pl

from empathy_assets.engines.composing.fill import Unit, fill
from empathy_assets.engines.composing.units import described, ranked
from empathy_assets.policy.load import numbers, table
from empathy_assets.records.arrow import conform, polars_schema
from empathy_assets.records.conversation import STAGES, Stage
from empathy_assets.records.ids import digest
from empathy_assets.records.verdict import Verdict

GATE = "composition"
_REVISION = "1"
_SHORTFALL = {"scope": pl.String, "name": pl.String, "required": pl.Int64, "available": pl.Int64, "missing": pl.Int64}


class ImpossibleMixError(ValueError):
    """The shares asked for are not a mix."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What a release is made of.

    Attributes:
        size: Records admitted; the target, or the largest smaller size at which the mix holds in integers.
        target: Records asked for.
        admitted: Refs of the admitted records, by stage and content hash.
        surplus: Refs of records that passed every gate and were not needed.
        dropped: Refs of records whose pair is incomplete or spans stages.
        verdicts: One `composition` verdict per candidate (Verdict schema), to be appended to the ledger.
        shortfalls: What lacks for the target: `scope` (stage or kind), `name`, `required`, `available`, `missing` (records).
        quotas: Records per stage in this release.
    """

    size: int
    target: int
    admitted: pl.Series
    surplus: pl.Series
    dropped: pl.Series
    verdicts: pl.DataFrame
    shortfalls: pl.DataFrame
    quotas: Mapping[Stage, int]


def policy_mix() -> dict[Stage, Fraction]:
    """Return stage -> exact share of `targets.toml`."""
    found = numbers("targets")
    return {stage: Fraction(str(found[f"mix.{stage}"].value)) for stage in STAGES}


def quotas_of(size: int, mix: Mapping[Stage, Fraction]) -> dict[Stage, int]:
    """Return stage -> records in a release of `size`; exact only for multiples of `step(mix)`."""
    return {stage: int(size * share) for stage, share in mix.items()}


def step(mix: Mapping[Stage, Fraction]) -> int:
    """Return the smallest size at which every share is a whole number of records (20 for 40/25/20/15).

    Raises:
        ImpossibleMixError: A share is negative, or they do not add up to one.
    """
    if sum(mix.values()) != 1 or any(share < 0 for share in mix.values()):
        shown = {stage: str(share) for stage, share in mix.items()}
        raise ImpossibleMixError(
            f"mix {shown} adds up to {sum(mix.values())}; expected shares of at least 0 that add up to 1: correct targets.toml"
        )
    return lcm(*(share.denominator for share in mix.values()))


def minima(size: int) -> dict[str, int]:
    """Return kind -> least records of it in a release of `size`, as `targets.toml` demands at full scale."""
    found = numbers("targets")
    scale = Fraction(size, int(found["minimum.full_scale"].value))
    kinds = (name.removeprefix("minimum.") for name in found if name.startswith("minimum.") and name != "minimum.full_scale")
    return {kind: ceil(int(found[f"minimum.{kind}"].value) * scale) for kind in kinds}


def _floors(minima: Mapping[str, int], records: pl.DataFrame, quotas: Mapping[Stage, int]) -> dict[Stage, dict[str, int]]:
    """Return per stage the least records of each kind: a minimum is shared out over the stages that hold the kind, scarcest stage last."""
    held = {(stage, kind): n for stage, kind, n in records.group_by("stage", "kind").len().iter_rows()}
    floors: dict[Stage, dict[str, int]] = {stage: {} for stage in quotas}
    for kind, least in sorted(minima.items()):
        open_ = least
        for stage in sorted(quotas, key=lambda s: (-held.get((s, kind), 0), s)):
            room = quotas[stage] - sum(floors[stage].values())
            part = min(open_, room, held.get((stage, kind), 0))
            if part:
                floors[stage][kind] = part
            open_ -= part
    return floors


def _admit(
    order: Mapping[Stage, list[Unit]], size: int, mix: Mapping[Stage, Fraction], records: pl.DataFrame
) -> tuple[int, dict[Stage, list[str]]]:
    """Return the largest feasible size not above `size`, with the chosen units per stage."""
    stride = step(mix)
    while size:
        quotas = quotas_of(size, mix)
        floors = _floors(minima(size), records, quotas)
        chosen: dict[Stage, list[str]] = {}
        for stage in mix:
            keys = fill(order[stage], quotas[stage], floors[stage])
            if keys is None:
                break
            chosen[stage] = keys
        else:
            return size, chosen
        size -= stride
    return 0, {}


def shortfalls(
    by_stage: Mapping[str, int], by_kind: Mapping[str, int], target: int, mix: Mapping[Stage, Fraction], size: int | None = None
) -> pl.DataFrame:
    """Return what lacks: `scope` (stage or kind), `name`, `required`, `available`, `missing` (records); nothing where nothing does.

    Args:
        by_stage: Stage -> records that could be admitted.
        by_kind: Kind -> records that could be, or were, admitted.
        target: Records wanted; what the stages are measured against.
        mix: Stage -> share.
        size: Records the minima of the kinds are measured against; the target by default.
    """
    wanted = [("stage", stage, ceil(target * share), by_stage.get(stage, 0)) for stage, share in mix.items()]
    wanted += [("kind", kind, least, by_kind.get(kind, 0)) for kind, least in sorted(minima(target if size is None else size).items())]
    lacking = [(scope, name, need, have, need - have) for scope, name, need, have in wanted if have < need]
    return pl.DataFrame(lacking, schema=_SHORTFALL, orient="row")


def _version() -> str:
    policy = {"compose": table("gates")["compose"], "mix": table("targets")["mix"], "minimum": table("targets")["minimum"]}
    return f"{_REVISION}+{digest(GATE, json.dumps(policy, sort_keys=True))[:8]}"


def _verdicts(records: pl.DataFrame, fate: pl.DataFrame, size: int) -> pl.DataFrame:
    reason = (
        pl.when(pl.col("barred") == "pair-partner-dropped")
        .then(pl.format("pair-partner-dropped: the other member of {} did not pass every gate", pl.col("unit").str.strip_prefix("pair:")))
        .when(pl.col("barred") == "pair-across-stages")
        .then(pl.format("pair-across-stages: the members of {} stand in different stages", pl.col("unit").str.strip_prefix("pair:")))
        .when(pl.col("admitted"))
        .then(pl.format("admitted: rank {} in {}", pl.col("rank") + 1, pl.col("stage")))
        .otherwise(pl.format("surplus: rank {} in {}, its share of " + str(size) + " is full", pl.col("rank") + 1, pl.col("stage")))
    )
    empty = pl.lit([], dtype=polars_schema(Verdict)["spans"])
    rows = records.join(fate, on="unit", how="left", maintain_order="left").with_columns(pl.col("admitted").fill_null(value=False))
    found = rows.with_columns(
        pl.lit(GATE).alias("gate"),
        pl.lit(_version()).alias("version"),
        pl.col("admitted").alias("passed"),
        pl.lit(None, dtype=pl.Float64).alias("score"),
        reason.alias("reason"),
        empty.alias("spans"),
    )
    return conform(found.select(list(polars_schema(Verdict))), Verdict, name="composition verdicts")


def compose(candidates: pl.DataFrame, target: int, mix: Mapping[Stage, Fraction] | None = None) -> Composition:
    """Return the composition of a release out of the records that passed every gate.

    Args:
        candidates: Records with their `ref` (`gating.judge.passing`): columns ref, id, stage, source, labels, scores.
        target: Records wanted, at least 0.
        mix: Stage -> share; policy's by default.

    Raises:
        ImpossibleMixError: The shares are not a mix.
    """
    shares = policy_mix() if mix is None else dict(mix)
    stride = step(shares)
    records = described(candidates)
    usable = records.filter(pl.col("barred") == "")
    counts = dict(usable.group_by("stage").len().iter_rows())
    per_step = quotas_of(stride, shares)
    steps = min([target // stride, *(counts.get(stage, 0) // n for stage, n in per_step.items() if n)])
    ranks: dict[Stage, pl.DataFrame] = {}
    order: dict[Stage, list[Unit]] = {}
    for stage in shares:
        ranks[stage] = ranked(usable.filter(pl.col("stage") == stage))
        order[stage] = list(starmap(Unit, ranks[stage].select("unit", "size", "kind").iter_rows()))
    size, chosen = _admit(order, steps * stride, shares, usable)
    keys = pl.Series("unit", [key for stage in shares for key in chosen.get(stage, [])], dtype=pl.String)
    fate = pl.concat(ranks.values()).select("unit", "rank", pl.col("unit").is_in(keys.implode()).alias("admitted"))
    verdicts = _verdicts(records, fate, size)
    return Composition(
        size=size,
        target=target,
        admitted=verdicts.filter("passed")["ref"],
        surplus=verdicts.filter(pl.col("reason").str.starts_with("surplus"))["ref"],
        dropped=verdicts.filter(pl.col("reason").str.starts_with("pair-"))["ref"],
        verdicts=verdicts,
        shortfalls=shortfalls(counts, dict(usable.group_by("kind").len().iter_rows()), target, shares),
        quotas=quotas_of(size, shares),
    )
