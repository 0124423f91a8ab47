"""Admission: from four stage datasets to the ledger that decides every record's fate.

Lives here: the order gates -> copies -> composition. Must not live here: a gate's rule, what a copy is, how a mix is filled.
Copies are looked for among the records that passed every other gate, so that a good record is never dropped in favour of a copy
that fails elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from empathy_assets.engines.composing.compose import Composition, compose
from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
from empathy_assets.engines.deduplicating.decontaminate import matched_ngrams
from empathy_assets.engines.deduplicating.keep import choose_kept
from empathy_assets.engines.gating.gate import GateContext
from empathy_assets.engines.gating.judge import failing, judge, passing
from empathy_assets.engines.gating.registry import registered
from empathy_assets.engines.memory import Memory
from empathy_assets.records.conversation import Stage
from empathy_assets.records.ids import record_ref

_COPIES = "duplicates"


@dataclass(frozen=True, slots=True)
class Admission:
    """The ledger over all records and gates, composition included, and the composition itself."""

    ledger: pl.DataFrame
    composition: Composition


def gates_version() -> str:
    """Return the versions of all registered gates, in order; a change of any makes a ledger stale."""
    return "|".join(f"{gate.name}:{gate.version}" for gate in registered())


def copies(candidates: pl.DataFrame, earlier: pl.DataFrame | None = None, memory: Memory | None = None) -> pl.DataFrame:
    """Return what the duplicates gate needs: `ref`, `kept`, `kept_ref`, `exact`, `jaccard` of every member of a cluster of copies.

    Args:
        candidates: Conversations with their `ref`, in stage order.
        earlier: `id`, `turns`, `release` of conversations published before; what copies one of them goes, whatever else it is.
        memory: Where what was found out about texts is kept between searches.
    """
    repeated = _repeated(candidates, earlier) if earlier is not None and earlier.height else None
    if repeated is not None:
        candidates = candidates.join(repeated, on="ref", how="anti", maintain_order="left")
    among = _copies_among(candidates, memory)
    return among if repeated is None else pl.concat([repeated, among])


def _repeated(candidates: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates that copy a published conversation, in the shape of `copies`."""
    before = earlier.unique("id", keep="first", maintain_order=True)
    # Published rows come first, so that the least row of a mixed cluster, which stands for it, is a published one.
    clusters = near_duplicate_clusters(pl.concat([before.select("id", "turns"), candidates.select("id", "turns")]))
    ours = clusters.slice(before.height).with_columns(candidates["ref"]).filter(pl.col("cluster") < before.height)
    original = before.select(pl.format("{} of release {}", "id", "release").alias("kept_ref")).to_series().gather(ours["cluster"])
    return ours.select(
        "ref",
        pl.lit(value=False).alias("kept"),
        original,
        pl.col("exact"),
        pl.col("jaccard_to_representative").alias("jaccard"),
    )


def _copies_among(candidates: pl.DataFrame, memory: Memory | None) -> pl.DataFrame:
    clusters = near_duplicate_clusters(candidates.select("id", "turns"), memory)
    choice = choose_kept(candidates.drop("ref"), clusters)
    table = pl.DataFrame({
        "ref": candidates["ref"],
        "cluster": clusters["cluster"],
        "kept": choice["kept"],
        "kept_ref": candidates["ref"].gather(choice["kept_row"]),
        "exact": choice["reason"] == "exact-duplicate",
        "jaccard": clusters["jaccard_to_representative"],
    })  # fmt: skip
    return (
        table.with_columns(pl.len().over("cluster").alias("members"))
        .filter((pl.col("members") > 1) | ~pl.col("kept"))
        .select("ref", "kept", "kept_ref", "exact", "jaccard")
    )


def contaminated(stages: Mapping[Stage, pl.DataFrame], benchmarks: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return what the decontamination gate needs: `ref`, `benchmark`, `ngrams` of every record that shares text with a benchmark.

    Args:
        stages: Stage -> conversations.
        benchmarks: Texts per benchmark name.
    """
    records = pl.concat([frame.select(record_ref(), "id", "turns") for frame in stages.values()])
    hits = matched_ngrams(records.drop("ref"), benchmarks)
    found = hits.with_columns(records["ref"].gather(hits["row"])).unique(["ref", "benchmark", "ngram"], maintain_order=True)
    return found.group_by("ref", "benchmark", maintain_order=True).agg(pl.col("ngram").alias("ngrams"))


def admit(
    stages: Mapping[Stage, pl.DataFrame],
    target: int,
    context: GateContext | None = None,
    *,
    earlier: pl.DataFrame | None = None,
    benchmarks: Mapping[str, Sequence[str]] | None = None,
    memory: Memory | None = None,
) -> Admission:
    """Judge every record by every gate and compose a release of at most `target` out of those that pass.

    Args:
        stages: Stage -> scored conversations.
        target: Conversations wanted.
        context: What gates may know besides the records.
        earlier: `id`, `turns`, `release` of published conversations that must not be repeated.
        benchmarks: Texts, per benchmark, that no record may share.
        memory: Where verdicts of earlier runs are kept, and what was found out about texts.
    """
    gates = registered()
    others = [gate for gate in gates if gate.name != _COPIES]
    if benchmarks:
        context = replace(context or GateContext(), contaminated=contaminated(stages, benchmarks))
    ledger = judge(stages, context=context, gates=others, memory=memory)
    candidates = passing(stages, ledger, others)
    duplicates = copies(candidates, earlier, memory)
    last = judge(stages, duplicates=duplicates, context=context, gates=[gate for gate in gates if gate.name == _COPIES])
    dropped = failing(last, gates)["ref"].implode()
    composition = compose(candidates.filter(~pl.col("ref").is_in(dropped)), target)  # whose other verdicts are known to be passes
    # In one piece: its columns come in pieces of different lengths, which every later look at them would lay side by side anew.
    return Admission(pl.concat([ledger, last, composition.verdicts], rechunk=True), composition)


def admitted_refs(ledger: pl.DataFrame) -> pl.Series:
    """Return the refs of the records a ledger admits."""
    return ledger.filter((pl.col("gate") == "composition") & pl.col("passed"))["ref"]
