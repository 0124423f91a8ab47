"""Checks of the plan and of what was generated from it."""

import dagster as dg
import polars as pl

from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.engines.checking.generation import (
    anchored,
    complete,
    diverse,
    minima_planned,
    pairs_complete,
    pairs_matched,
    plan_covers,
    repeated_sentences,
)
from empathy_assets.engines.checking.grounding import grounded
from empathy_assets.engines.checking.tables import licences
from empathy_assets.engines.checking.voices import in_voice
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import largest_target, mix

_BESIDE = ("generation_plan", "conversation_corpora")


def _covers(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    expected = int(tables["conversation_corpora"].height * number("targets", "expected.corpus_yield"))
    return plan_covers(tables["generation_plan"], expected, largest_target(context.resources.workspace.scale), mix())


def _minima(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    return minima_planned(tables["generation_plan"], largest_target(context.resources.workspace.scale))


def _rules(asset: str) -> list[Rule]:
    return [
        Rule("complete", "Every planned row is there.", lambda t, _: complete(t[asset], t["generation_plan"], asset), share=True),
        Rule("licence", "Every row carries an accepted licence, inherited from its passage.", lambda t, _: licences(t[asset])),
        Rule("repeated_sentences", "No sentence shows the template.", lambda t, _: repeated_sentences(t[asset]), False, True, (asset,)),
        Rule(
            "diverse",
            "No two conversations of a kind are near copies, and what each says is mostly its own.",
            lambda t, context: diverse(t[asset], t["conversation_corpora"], context.resources.workspace.frames),
            blocking=False,
            sees=(asset, "conversation_corpora"),
        ),
    ]


generation_plan_checks = dataset_checks(
    "generation_plan",
    [
        Rule("covers_target", "Plan and landed dialogues together fill every stage of the largest release.", _covers, blocking=False),
        Rule("minima", "At least 10,000 therapeutic, 5,000 bias and 5,000 grounded conversations at full scale.", _minima, blocking=False),
    ],
    beside=("conversation_corpora",),
    resources={"workspace"},
)
therapeutic_samples_checks = dataset_checks("therapeutic_samples", _rules("therapeutic_samples"), beside=_BESIDE)
bias_samples_checks = dataset_checks(
    "bias_samples",
    [
        *_rules("bias_samples"),
        Rule("pairs", "Each pair has two members with two values of one attribute.", lambda t, _: pairs_complete(t["bias_samples"])),
        Rule(
            "matched",
            "The members of a pair differ in the words of their attribute only.",
            lambda t, _: pairs_matched(t["bias_samples"]),
            sees=("bias_samples",),
        ),
    ],
    beside=_BESIDE,
)
nightmare_scenarios_checks = dataset_checks("nightmare_scenarios", _rules("nightmare_scenarios"), beside=_BESIDE)
grounded_conversations_checks = dataset_checks(
    "grounded_conversations",
    [
        *_rules("grounded_conversations"),
        Rule(
            "anchored",
            "Each grounded conversation cites a landed passage.",
            lambda t, _: anchored(t["grounded_conversations"], pl.concat([t["books"], t["academic_findings"], t["transcripts"]])),
        ),
        Rule(
            "grounded",
            "What the counsellor says of the passage, the passage says.",
            lambda t, _: grounded(t["grounded_conversations"]),
            blocking=False,
            share=True,
        ),
        Rule(
            "in_voice", "Persona conversations sound like their own voice.", lambda t, _: in_voice(t["grounded_conversations"]), False, True
        ),
    ],
    beside=(*_BESIDE, "books", "academic_findings", "transcripts"),
)
