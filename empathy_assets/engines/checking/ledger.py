"""Findings about the ledger and what it admitted: everything accounted for, exact mix, the EARS bar, no copies."""

import polars as pl

from empathy_assets.engines.checking.finding import Finding, none_of
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import mix
from empathy_assets.records.ids import record_ref


def accounted(ledger: pl.DataFrame, stages: pl.DataFrame) -> Finding:
    """Fail unless every staged record ends as exactly one of admitted, surplus or dropped with a reason, and nothing else is judged."""
    refs = stages.select(record_ref())
    fate = ledger.group_by("ref").agg(
        (pl.col("passed") | (pl.col("gate") == "composition")).all().alias("composed"),
        (pl.col("gate") == "composition").sum().alias("verdicts"),
        (pl.col("passed") & (pl.col("gate") == "composition")).any().alias("admitted"),
        (pl.col("reason") == "").any().alias("mute"),
    )
    joined = refs.join(fate, on="ref", how="full", coalesce=False)
    lost = joined.filter(pl.col("ref").is_null() | pl.col("ref_right").is_null() | pl.col("mute"))
    twice = joined.filter((pl.col("verdicts") > 1) | (pl.col("composed") & (pl.col("verdicts") != 1)))
    wrong = lost.height + twice.height
    admitted = int(fate["admitted"].sum())
    dropped = fate.filter(~pl.col("composed")).height
    surplus = fate.height - admitted - dropped
    found = f"{refs.height} read = {admitted} admitted + {dropped} dropped + {surplus} surplus"
    sentence = f"{found}; {wrong} unaccounted for, none expected"
    return Finding(wrong == 0, sentence, {"value": wrong, "bound": 0, "n": refs.height, "admitted": admitted, "dropped": dropped})


def sources_accounted(read: pl.DataFrame, staged: pl.DataFrame, rejects: pl.DataFrame) -> Finding:
    """Fail unless every conversation a source delivered stands in exactly one stage or in quarantine, counted source by source.

    Args:
        read: `source` of every conversation the sources delivered.
        staged: `source` of every conversation of the four stages.
        rejects: `source` of every conversation the stages quarantined.
    """
    counts = [frame.group_by("source").len(name) for frame, name in ((read, "read"), (staged, "staged"), (rejects, "quarantined"))]
    table = counts[0].join(counts[1], on="source", how="full", coalesce=True).join(counts[2], on="source", how="full", coalesce=True)
    table = (
        table.fill_null(0).sort("source").with_columns((pl.col("read").cast(pl.Int64).sub("staged").sub("quarantined")).abs().alias("off"))
    )
    wrong = int(table["off"].sum())
    shown = "; ".join(f"{r['source']}: {r['read']} = {r['staged']} + {r['quarantined']}" for r in table.iter_rows(named=True))
    sentence = f"read = staged + quarantined: {shown}; {wrong} unaccounted for, none expected"
    return Finding(wrong == 0, sentence, {"value": wrong, "bound": 0, "n": read.height, "quarantined": rejects.height})


def exact_mix(frame: pl.DataFrame) -> Finding:
    """Fail unless the stages stand in exactly the shares of policy."""
    counts = dict(frame.group_by("stage").len().iter_rows())
    off = {stage: counts.get(stage, 0) for stage, share in mix().items() if counts.get(stage, 0) != round(share * frame.height)}
    shown = ", ".join(f"{stage} {counts.get(stage, 0)}" for stage in mix())
    passed = frame.height > 0 and not off
    return Finding(passed, f"{shown} of {frame.height}; exactly {dict(mix())} expected", {"value": len(off), "bound": 0, "n": frame.height})


def ears_of_all(frame: pl.DataFrame) -> Finding:
    """Fail if one admitted conversation is below the EARS bar."""
    bar = number("gates", "ears.min")
    ears = pl.col("scores").struct.field("ears").fill_null(0.0)
    bad = frame.filter(ears < bar)
    lowest = frame.select(ears.min()).item() if frame.height else 0.0
    found = none_of(bad.height, f"admitted conversations with EARS below {bar:g} (lowest {lowest:.3f})", n=frame.height)
    return Finding(
        found.passed and frame.height > 0,
        found.sentence,
        {"value": float(lowest or 0.0), "bound": bar, "n": frame.height, "below": bad.height},
    )


def size_reached(frame: pl.DataFrame, target: int) -> Finding:
    """Fail if the release shrank below its target."""
    return Finding(
        frame.height >= target,
        f"{frame.height} conversations of a target of {target}",
        {"value": frame.height, "bound": target, "n": frame.height},
    )


def no_copies(frame: pl.DataFrame) -> Finding:
    """Fail if two admitted conversations have the same content."""
    extra = frame.height - frame["id"].n_unique()
    return none_of(extra, "admitted conversations that copy another", n=frame.height)
