"""The figures of a release: what `qa_report.json` holds and the report, the card and the next release's drift are made from.

Lives here: computing. Must not live here: words for people (`report`, `card`) or plots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from empathy_assets.engines.composing.compose import policy_mix, shortfalls
from empathy_assets.engines.gating.judge import rejects_by_reason, waterfall
from empathy_assets.engines.packaging.context import PackageContext
from empathy_assets.engines.packaging.drift import distributions, drift
from empathy_assets.engines.splitting.validation import SplitStatistics, validate
from empathy_assets.policy.load import numbers
from empathy_assets.records.conversation import SPLITS, STAGES

_ROUND = 6


def counts_of(frame: pl.DataFrame, column: pl.Expr) -> dict[str, int]:
    """Return value -> records, by value; `not stated` for an empty value."""
    named = frame.select(column.fill_null("").replace("", "not stated").alias("value"))
    return {str(value): int(n) for value, n in named.group_by("value").len().sort("value").iter_rows()}


def _summary(values: pl.Series) -> dict[str, float | int | None]:
    held = values.drop_nulls()
    quantiles = {"p05": 0.05, "median": 0.5, "p95": 0.95}
    found: dict[str, float | int | None] = {"n": len(held)}
    for name, at in quantiles.items():
        value = held.quantile(at)
        found[name] = None if value is None else round(float(value), _ROUND)
    mean, least = held.mean(), held.min()
    found["mean"] = round(float(mean), _ROUND) if isinstance(mean, int | float) else None
    found["min"] = round(float(least), _ROUND) if isinstance(least, int | float) else None
    return found


def _quality(frame: pl.DataFrame) -> dict[str, Any]:
    passage = pl.col("provenance").struct.field("passage_id")
    scored = frame.select("stage", passage, *(pl.col("scores").struct.field(name) for name in ("ears", "words", "groundedness")))
    per_stage = {stage: scored.filter(pl.col("stage") == stage) for stage in STAGES}
    return {
        "ears": {stage: _summary(part["ears"]) for stage, part in per_stage.items()},
        "words": {stage: _summary(part["words"]) for stage, part in per_stage.items()},
        "groundedness": _summary(scored.filter(pl.col("passage_id") != "")["groundedness"]),
    }


def _safety(frame: pl.DataFrame, certificate: Mapping[str, Any]) -> dict[str, Any]:
    scores, labels = pl.col("scores").struct, pl.col("labels").struct
    judged = frame.select(
        "stage",
        labels.field("known_crisis").fill_null(value=False).alias("known"),
        scores.field("crisis_flagged").fill_null(value=False).alias("flagged"),
        scores.field("crisis_severe").fill_null(value=False).alias("severe"),
    )
    known = judged.filter(pl.col("known") & (pl.col("stage") == "nightmare-fuel"))
    found = int(known["flagged"].sum())
    by_stage = judged.group_by("stage").agg(pl.col("flagged", "severe").sum())
    return {
        "crisis": {
            row["stage"]: {"flagged": row["flagged"], "severe": row["severe"]} for row in by_stage.sort("stage").iter_rows(named=True)
        },
        "known_crisis_in_fence": {"records": known.height, "recall": round(found / known.height, _ROUND) if known.height else None},
        "exempt_from_content": int(frame.select((pl.col("exempt_from").list.len() > 0).sum()).item() or 0),
        "certificate": {"passed": certificate.get("passed"), "detector_version": certificate.get("detector_version")},
    }


def _privacy(frame: pl.DataFrame) -> dict[str, Any]:
    scores = pl.col("scores").struct
    row = frame.select(scores.field("pii_replaced").sum().alias("replaced"), scores.field("pii_residue").sum().alias("residue")).row(
        0, named=True
    )
    return {"identifiers_replaced": int(row["replaced"] or 0), "identifiers_left": int(row["residue"] or 0)}


def _bias(frame: pl.DataFrame) -> dict[str, Any]:
    """Return per attribute how far EARS lies apart within counterfactual pairs: the same story must be met the same way."""
    labels = pl.col("labels").struct
    told = frame.select(labels.field("pair_id"), labels.field("bias_attribute"), pl.col("scores").struct.field("ears"))
    paired = told.filter(pl.col("pair_id") != "")
    gaps = paired.group_by("pair_id").agg(pl.col("bias_attribute").first(), (pl.col("ears").max() - pl.col("ears").min()).alias("gap"))
    grouped = gaps.group_by("bias_attribute").agg(pl.len().alias("pairs"), pl.col("gap").mean(), pl.col("gap").max().alias("largest"))
    return {
        "pairs": gaps.height,
        "ears_gap": {
            row["bias_attribute"] or "not stated": {
                "pairs": row["pairs"],
                "mean": round(row["gap"] or 0.0, _ROUND),
                "largest": round(row["largest"] or 0.0, _ROUND),
            }
            for row in grouped.sort("bias_attribute").iter_rows(named=True)
        },
    }


def _splits(statistics: SplitStatistics, leakage: str) -> dict[str, Any]:
    shares = statistics.shares.with_columns(pl.col("share", "off_pp").round(_ROUND))
    return {
        "worst_pp": round(statistics.worst_pp, _ROUND),
        "tolerance_pp": statistics.tolerance_pp,
        "shares": shares.to_dicts(),
        "distances": statistics.distances.with_columns(pl.col("distance").round(_ROUND)).to_dicts(),
        "leakage": leakage,
    }


def _lacking(frame: pl.DataFrame, ledger: pl.DataFrame, target: int) -> list[dict[str, Any]]:
    """Return what lacked: stages of the target by what passed every gate, kinds of the size released by what was admitted.

    Kinds are measured on the release because the ledger does not know them, and because their minima shrink with it.
    """
    usable = ledger.filter((pl.col("gate") == "composition") & (pl.col("passed") | pl.col("reason").str.starts_with("surplus")))
    kinds = dict(frame.group_by(pl.col("labels").struct.field("kind").fill_null("").alias("kind")).len().iter_rows())
    return shortfalls(dict(usable.group_by("stage").len().iter_rows()), kinds, target, policy_mix(), frame.height).to_dicts()


def _planned(frame: pl.DataFrame, plan: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return per generated kind how many conversations were planned for the largest release, and how many stand in this one."""
    held = dict(frame.group_by(pl.col("labels").struct.field("kind").alias("kind")).len().iter_rows())
    return [{"kind": kind, "planned": count, "released": held.get(kind, 0)} for kind, count in sorted(plan.items())]


def release_figures(frame: pl.DataFrame, ledger: pl.DataFrame, context: PackageContext, leakage: str = "") -> dict[str, Any]:
    """Return everything the report says, as JSON-ready figures.

    Args:
        frame: The release (SplitConversation schema).
        ledger: All verdicts, composition included.
        context: Facts about the release.
        leakage: The proof that nothing leaks between splits, in words (`fence.leakage_proof`).
    """
    target = context.target or frame.height
    rejects = context.rejects
    held = distributions(frame)
    return {
        "release": context.release,
        "rows": frame.height,
        "target": target,
        "splits": {split: int((frame["split"] == split).sum()) for split in SPLITS},
        "mix": {stage: int((frame["stage"] == stage).sum()) for stage in STAGES},
        "mix_wanted": {stage: float(share) for stage, share in policy_mix().items()},
        "sources": counts_of(frame, pl.col("source")),
        "licences": counts_of(frame, pl.col("licence")),
        "kinds": counts_of(frame, pl.col("labels").struct.field("kind")),
        "issues": counts_of(frame, pl.col("labels").struct.field("issue")),
        "categories": counts_of(frame, pl.col("labels").struct.field("category")),
        "shortfalls": _lacking(frame, ledger, target),
        "quality": _quality(frame),
        "safety": _safety(frame, context.certificate or {}),
        "privacy": _privacy(frame),
        "bias": _bias(frame),
        "split": _splits(validate(frame), leakage),
        "rejects_by_reason": rejects_by_reason(ledger).to_dicts(),
        "yield": waterfall(ledger).to_dicts(),
        "quarantined": {} if rejects is None else counts_of(rejects, pl.col("source") + ": " + pl.col("reason")),
        "plan": _planned(frame, context.plan),
        "thresholds": {name: {"value": n.value, "because": n.because} for name, n in sorted(numbers("gates").items())},
        "distributions": held,
        "previous": "" if context.previous is None else context.previous.release,
        "drift": [] if context.previous is None else drift(context.previous.figures.get("distributions", {}), held),
    }
