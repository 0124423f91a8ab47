"""Checks of the four stage datasets. All block: a stage that fails one never reaches gating."""

import dagster as dg
import polars as pl

from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.engines.checking.stages import (
    crisis_certified,
    crisis_recall,
    ears_judged,
    ears_supply,
    fair_pairs,
    fence_holds,
    no_pii,
)
from empathy_assets.engines.checking.tables import has_rows, licences, one_schema_version, valid_dialogues
from empathy_assets.engines.checking.voices import in_voice
from empathy_assets.records.arrow import from_frame
from empathy_assets.records.judge import Judge


def _judge(tables: Tables, name: str) -> Judge:
    return from_frame(tables[name], Judge)[0]


def _rules(stage: str) -> list[Rule]:
    def rows(tables: Tables) -> pl.DataFrame:
        return tables[stage]

    rules = [
        Rule("rows", "The stage has conversations.", lambda t, _: has_rows(rows(t), "conversations")),
        Rule("schema", "Every row is a valid dialogue between a client and a counsellor.", lambda t, _: valid_dialogues(rows(t))),
        Rule("schema_version", "Every row has the schema version of this code.", lambda t, _: one_schema_version(rows(t))),
        Rule("licence", "Every row carries an accepted licence, inherited from its source.", lambda t, _: licences(rows(t))),
        Rule("pii", "No personal identifier is left after masking.", lambda t, _: no_pii(rows(t))),
        Rule(
            "fence",
            "Rows stand in their own stage; only nightmare-fuel is exempt, from content alone.",
            lambda t, _: fence_holds(rows(t), stage),
        ),
        Rule(
            "ears",
            "EARS >= 0.80: what the generators wrote holds the bar (landed rows are gated one by one).",
            lambda t, _: ears_supply(rows(t)),
            share=True,
        ),
        Rule(
            "ears_judged", "Every row was scored by the current EARS scorer.", lambda t, _: ears_judged(rows(t), _judge(t, "ears_scorer"))
        ),
        Rule(
            "crisis_sensitivity",
            "Crisis sensitivity > 95 %: the detector that scored these rows holds a valid certificate.",
            lambda t, _: crisis_certified(rows(t), _judge(t, "crisis_detector")),
        ),
    ]
    if stage == "nightmare-fuel":
        sentence = "The detector flags the stage's own known crises."
        rules.append(Rule("crisis_recall", sentence, lambda t, _: crisis_recall(rows(t)), share=True))
    if stage == "persona":
        rules.append(Rule("in_voice", "Each voice sounds most like itself.", lambda t, _: in_voice(rows(t)), blocking=False, share=True))
    if stage == "foundation":
        rules.append(
            Rule("fair_pairs", "Both members of a counterfactual pair are answered equally well.", lambda t, _: fair_pairs(rows(t)), False)
        )
    return rules


def _stage_checks(stage: str) -> dg.AssetChecksDefinition:
    return dataset_checks(stage, _rules(stage), beside=("crisis_detector", "ears_scorer"), partitions_def=release_partitions)


foundation_checks = _stage_checks("foundation")
expertise_checks = _stage_checks("expertise")
nightmare_fuel_checks = _stage_checks("nightmare-fuel")
persona_checks = _stage_checks("persona")
