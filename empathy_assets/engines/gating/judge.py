"""The judgement of all records by all gates: the ledger, and what follows from it.

Lives here: running gates, reusing earlier verdicts, who passed. Must not live here: any gate's own rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import polars as pl

from empathy_assets.engines.gating.gate import Gate, GateContext, checked, reason_code
from empathy_assets.engines.gating.memory import Records, remembered
from empathy_assets.engines.gating.registry import registered
from empathy_assets.engines.memory import Memory
from empathy_assets.records.arrow import conform, empty_frame, polars_schema
from empathy_assets.records.conversation import STAGES, Stage
from empathy_assets.records.ids import record_ref
from empathy_assets.records.verdict import Verdict

THREADS = 2
"""Stages judged side by side: most of a gate's work lets go of the interpreter."""


class AmbiguousRecordError(ValueError):
    """Two rows claim to be the same record of the same place in the same file."""


def _refuse_ambiguous(stages: Mapping[Stage, pl.DataFrame]) -> None:
    refs = pl.concat([frame.select(record_ref()) for frame in stages.values()])
    twice = refs.filter(pl.col("ref").is_duplicated())
    if twice.height:
        raise AmbiguousRecordError(
            f"{twice.height} rows share a record key with another row, e.g. {twice['ref'].sort()[0]!r}; expected one row per content, "
            f"source and position over all stages, or the books do not balance. Give each record its provenance (file hash, record id, "
            f"start) when it is read, and stage it once."
        )


def _version(gate: Gate) -> pl.Expr:
    """Return the gate's version, with the version of the model whose figure it compares."""
    if not gate.judged_by:
        return pl.lit(gate.version)
    model = pl.col("scores").struct.field(gate.judged_by).fill_null("")
    return pl.when(model == "").then(pl.lit(gate.version)).otherwise(pl.format(gate.version + "+{}", model))


def _verdicts_of_stage(
    gates: Iterable[Gate], stage: Stage, frame: pl.DataFrame, context: GateContext, memory: Memory | None
) -> list[pl.DataFrame]:
    """Return the verdicts of each gate on one stage; what names a record is worded once and shared by all of them."""
    told = replace(context, stage=stage)
    key = frame.select(record_ref(), "id", pl.lit(stage).alias("stage"), "source")
    records = Records(frame) if memory else None
    found: list[pl.DataFrame] = []
    for gate in gates:

        def decide(rows: pl.DataFrame, gate: Gate = gate) -> pl.DataFrame:
            return checked(gate.decide(rows, told), gate, rows.height)

        kept = memory if gate.alone else None
        said = remembered(frame, decide, kept, gate.name, gate.version, stage, records=records) if kept else decide(frame)
        filed = frame.select("id", pl.lit(gate.name).alias("gate"), _version(gate).alias("version")).drop("id")
        found.append(pl.concat([key, filed, said], how="horizontal").select(list(polars_schema(Verdict))))
    return found


def judge(
    stages: Mapping[Stage, pl.DataFrame],
    *,
    duplicates: pl.DataFrame | None = None,
    context: GateContext | None = None,
    gates: Iterable[Gate] | None = None,
    memory: Memory | None = None,
) -> pl.DataFrame:
    """Return the ledger: one row per record per gate that judges its stage, with a reason for passes too.

    Args:
        stages: Stage name -> its records (Conversation schema, scores filled).
        duplicates: Cluster result as described by `GateContext.duplicates`; wins over the context's.
        context: What gates may know besides the records.
        gates: Gates to run; all registered ones by default.
        memory: Where verdicts of earlier runs are kept: what the same version of a gate has judged is taken from there.

    Raises:
        AmbiguousRecordError: Two rows have the same record key.
        GateContractError: A gate did not decide every record with a reason.
    """
    told = context or GateContext()
    if duplicates is not None:
        told = replace(told, duplicates=duplicates)
    present: dict[Stage, pl.DataFrame] = {stage: stages[stage] for stage in STAGES if stage in stages and stages[stage].height}
    if not present:
        return empty_frame(Verdict)
    _refuse_ambiguous(present)
    every = tuple(registered() if gates is None else gates)

    def judged(stage: Stage) -> list[pl.DataFrame]:
        return _verdicts_of_stage([gate for gate in every if stage in gate.stages], stage, present[stage], told, memory)

    with ThreadPoolExecutor(THREADS) as threads:
        parts = [part for verdicts in threads.map(judged, present) for part in verdicts]
    return conform(pl.concat(parts), Verdict, name="verdict ledger") if parts else empty_frame(Verdict)


def failing(ledger: pl.DataFrame, gates: Iterable[Gate] | None = None) -> pl.DataFrame:
    """Return the failed verdicts of blocking gates, in the ledger's order; advisory gates never drop a record."""
    advisory = [gate.name for gate in (registered() if gates is None else gates) if not gate.blocking]
    return ledger.filter(~pl.col("passed") & ~pl.col("gate").is_in(advisory))


def passing(stages: Mapping[Stage, pl.DataFrame], ledger: pl.DataFrame, gates: Iterable[Gate] | None = None) -> pl.DataFrame:
    """Return the records that no blocking gate failed, of all stages in stage order, with their `ref` as last column.

    A record the ledger says nothing about has not been judged and does not pass.
    """
    rows = pl.concat([stages[stage].with_columns(record_ref()) for stage in STAGES if stage in stages])
    refs, names = ledger["ref"], ledger["gate"]  # column by column: a ledger just made lies in pieces of different lengths
    lost = (~ledger["passed"]).arg_true()
    failed = failing(pl.DataFrame([refs.gather(lost), names.gather(lost), ledger["passed"].gather(lost)]), gates)["ref"].unique()
    return rows.filter(_judged(rows["ref"], refs, names) & ~rows["ref"].is_in(failed.implode()))


def _judged(asked: pl.Series, refs: pl.Series, names: pl.Series) -> pl.Series:
    """Return whether a gate's name stands beside each ref asked for; one gate after another is looked at until none is left to be found."""
    missing = asked
    for gate in names.unique(maintain_order=True):
        if missing.is_empty():
            break
        missing = missing.filter(~missing.is_in(refs.filter(names == gate).implode()))
    return ~asked.is_in(missing.implode())


def rejects_by_reason(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return how many records each gate failed for which reason: `stage`, `gate`, `code`, `records`, most frequent first."""
    return (
        ledger.filter(~pl.col("passed"))
        .group_by("stage", "gate", reason_code())
        .agg(pl.len().alias("records"))
        .sort(["records", "stage", "gate", "code"], descending=[True, False, False, False])
    )


def likeness_of_copies(ledger: pl.DataFrame) -> dict[str, list[float]]:
    """Return `exact` and `near` -> similarity of each copy that was dropped with the conversation that was kept of its cluster."""
    dropped = ledger.filter((pl.col("gate") == "duplicates") & ~pl.col("passed"))
    return {kind: dropped.filter(pl.col("reason").str.starts_with(kind))["score"].drop_nulls().to_list() for kind in ("exact", "near")}


def waterfall(ledger: pl.DataFrame) -> pl.DataFrame:
    """Return the yield gate by gate: `stage`, `gate`, `entered`, `dropped`, `left`; each record counts at the first gate that failed it."""
    # The order of the registry, not of the ledger's rows; what is no gate (the composition) comes after all gates.
    known = [gate.name for gate in registered()]
    present = sorted(ledger["gate"].unique().to_list(), key=lambda name: (known.index(name) if name in known else len(known), name))
    order = pl.DataFrame({"gate": present, "step": range(len(present))}, schema={"gate": pl.String, "step": pl.UInt32})
    failed = ledger.filter(~pl.col("passed")).select("ref", "stage", "gate").join(order, on="gate")
    first = failed.group_by("ref", "stage").agg(pl.col("step").min())
    lost = first.group_by("stage", "step").agg(pl.len().alias("dropped"))
    read = ledger.group_by("stage").agg(pl.col("ref").n_unique().alias("read"))
    steps = ledger.group_by("stage", "gate").agg().join(order, on="gate")
    return (
        steps.join(lost, on=["stage", "step"], how="left")
        .join(read, on="stage")
        .with_columns(pl.col("dropped").fill_null(0))
        .sort(pl.col("stage").replace_strict({s: i for i, s in enumerate(STAGES)}, return_dtype=pl.Int8), "step")
        .with_columns((pl.col("read") - pl.col("dropped").cum_sum().over("stage")).alias("left"))
        .select("stage", "gate", (pl.col("left") + pl.col("dropped")).alias("entered"), "dropped", "left")
    )
