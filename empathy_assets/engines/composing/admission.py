"""Admission: from four stage datasets to the ledger that decides every record's fate.

Lives here: the order gates -> copies -> composition. Must not live here: a gate's rule, what a copy is, how a mix is filled.
Copies are looked for among the records that passed every other gate, so that a good record is never dropped in favour of a copy
that fails elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from empathy_assets.engines.composing.compose import Composition, compose
from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
from empathy_assets.engines.deduplicating.keep import choose_kept
from empathy_assets.engines.gating.gate import GateContext
from empathy_assets.engines.gating.judge import judge, passing
from empathy_assets.engines.gating.registry import registered
from empathy_assets.records.conversation import Stage

_COPIES = "duplicates"


@dataclass(frozen=True, slots=True)
class Admission:
    """The ledger over all records and gates, composition included, and the composition itself."""

    ledger: pl.DataFrame
    composition: Composition


def gates_version() -> str:
    """Return the versions of all registered gates, in order; a change of any makes a ledger stale."""
    return "|".join(f"{gate.name}:{gate.version}" for gate in registered())


def copies(candidates: pl.DataFrame) -> pl.DataFrame:
    """Return what the duplicates gate needs: `ref`, `kept`, `kept_ref`, `exact`, `jaccard` of every member of a cluster of copies.

    Args:
        candidates: Conversations with their `ref`, in stage order.
    """
    clusters = near_duplicate_clusters(candidates.select("id", "turns"))
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


def admit(stages: Mapping[Stage, pl.DataFrame], target: int, context: GateContext | None = None) -> Admission:
    """Judge every record by every gate and compose a release of at most `target` out of those that pass.

    Args:
        stages: Stage -> scored conversations.
        target: Conversations wanted.
        context: What gates may know besides the records.
    """
    gates = registered()
    others = [gate for gate in gates if gate.name != _COPIES]
    ledger = judge(stages, context=context, gates=others)
    duplicates = copies(passing(stages, ledger, others))
    last = judge(stages, duplicates=duplicates, context=context, gates=[gate for gate in gates if gate.name == _COPIES])
    ledger = pl.concat([ledger, last])
    composition = compose(passing(stages, ledger, gates), target)
    return Admission(pl.concat([ledger, composition.verdicts]), composition)


def admitted_refs(ledger: pl.DataFrame) -> pl.Series:
    """Return the refs of the records a ledger admits."""
    return ledger.filter((pl.col("gate") == "composition") & pl.col("passed"))["ref"]
