"""Checks of the ledger and of the admitted conversations. All gates block; a release below its target only warns."""

import dagster as dg
import polars as pl

from empathy_assets.adapters.io_manager import ParquetIOManager
from empathy_assets.adapters.judges import certificate_in_force
from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.engines.checking.ledger import accounted, ears_of_all, exact_mix, no_copies, size_reached, sources_accounted
from empathy_assets.engines.checking.stages import crisis_certified, no_pii
from empathy_assets.engines.checking.tables import licences, valid_dialogues
from empathy_assets.policy.releases import releases
from empathy_assets.records.arrow import from_frame
from empathy_assets.records.judge import Judge

_SOURCES = ("conversation_corpora", "therapeutic_samples", "bias_samples", "nightmare_scenarios", "grounded_conversations")
_STAGES = ("foundation", "expertise", "nightmare-fuel", "persona")


def _size(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    return size_reached(tables["gated"], releases()[context.partition_key].size(context.resources.workspace.scale))


def _certified(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    workspace = context.resources.workspace
    judge = from_frame(tables["crisis_detector"], Judge)[0]
    in_force = certificate_in_force(judge, workspace.benchmark, workspace.judging, workspace.engine)
    return crisis_certified(tables["gated"], judge) if in_force.passed else in_force


def _sources(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    workspace = context.resources.workspace
    stored = ParquetIOManager(root_uri=workspace.storage)
    read = pl.concat([stored.read(dg.AssetKey(source), None, ["source"]) for source in _SOURCES])
    staged = pl.concat([tables[stage].select("source") for stage in _STAGES])
    rejects = pl.concat([workspace.quarantine.read(stage).select("source") for stage in _STAGES])
    return sources_accounted(read, staged, rejects)


verdicts_checks = dataset_checks(
    "verdicts",
    [
        Rule("sources_accounted", "Every conversation a source delivered stands in one stage, or in quarantine with its reason.", _sources),
        Rule(
            "accounted",
            "Every record read ends as admitted, dropped with a reason, or surplus; nothing is lost or doubled.",
            lambda t, _: accounted(t["verdicts"], pl.concat([t[stage] for stage in _STAGES])),
        ),
    ],
    beside=_STAGES,
    partitions_def=release_partitions,
    resources={"workspace"},
)
gated_checks = dataset_checks(
    "gated",
    [
        Rule("mix", "Stages stand in exactly 40/25/20/15.", lambda t, _: exact_mix(t["gated"])),
        Rule("ears", "EARS >= 0.80 holds for every admitted conversation.", lambda t, _: ears_of_all(t["gated"])),
        Rule("crisis_sensitivity", "Crisis sensitivity > 95 %: rows were scored by the certified detector.", _certified),
        Rule("schema", "Every row is a valid dialogue.", lambda t, _: valid_dialogues(t["gated"])),
        Rule("licence", "Every row carries an accepted licence.", lambda t, _: licences(t["gated"])),
        Rule("pii", "No personal identifier is left.", lambda t, _: no_pii(t["gated"])),
        Rule("copies", "No two admitted conversations have the same content.", lambda t, _: no_copies(t["gated"])),
        Rule("size", "The release reaches its target.", _size, blocking=False),
    ],
    beside=("crisis_detector",),
    partitions_def=release_partitions,
    resources={"workspace"},
)
