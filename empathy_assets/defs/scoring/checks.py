"""Checks of the judges: the certificate blocks every stage that would be scored by an uncertified detector."""

import dagster as dg

from empathy_assets.adapters.judges import certificate_in_force
from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.engines.checking.judges import has_card, specificity_bar
from empathy_assets.policy.load import number
from empathy_assets.records.arrow import from_frame
from empathy_assets.records.judge import Judge


def _certificate(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    workspace = context.resources.workspace
    judge = from_frame(tables["crisis_detector"], Judge)[0]
    return certificate_in_force(judge, workspace.benchmark, workspace.judging, workspace.engine)


def _specificity(tables: Tables, _: dg.AssetCheckExecutionContext) -> Finding:
    return specificity_bar(from_frame(tables["crisis_detector"], Judge)[0], number("judges", "certificate.specificity_bar"))


def _card(name: str) -> Rule:
    sentence = "The judge says what it was trained on, under which licences, and how far to trust it."
    return Rule("card", sentence, lambda t, _: has_card(from_frame(t[name], Judge)[0]), blocking=False)


crisis_detector_checks = dataset_checks(
    "crisis_detector",
    [
        Rule(
            "certificate",
            "Crisis sensitivity > 95 %: lower bound of the 95 % Wilson interval; the detector does not simply say yes.",
            _certificate,
        ),
        Rule(
            "specificity",
            "Harmless texts are left alone: the price of sensitivity, shown on every build.",
            _specificity,
            blocking=False,
            share=True,
        ),
        _card("crisis_detector"),
    ],
    resources={"workspace"},
)
ears_scorer_checks = dataset_checks("ears_scorer", [_card("ears_scorer")])
