"""The `dataset_checks` factory: one check step per asset that loads the table once and evaluates all its rules.

Lives here: names, sentences, severity and blocking of checks as Dagster sees them. Must not live here: the comparison (engines/checking).
A gate blocks (ERROR, downstream is not executed); drift and quality notes warn.
"""

import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from empathy_assets.adapters.findings import Tables, finding_of
from empathy_assets.defs.dataset import inline_png
from empathy_assets.engines.certifying.wilson import wilson_interval
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.policy.load import number

__all__ = ["Rule", "Tables", "dataset_checks"]

_WORKSPACE = "workspace"
_DETECTOR = "crisis_detector"
_CERTIFIED = ("sensitivity", "sensitivity_lower", "sensitivity_upper", "specificity", "specificity_lower", "specificity_upper", "threshold")


@dataclass(frozen=True)
class Rule:
    """One check.

    Attributes:
        name: Name of the check.
        sentence: What it demands, for people.
        evaluate: How it is evaluated on the tables.
        blocking: Whether failing it stops the graph.
        share: Whether its value is a share of its n, so that it is shown with its 95 % interval.
        sees: For a costly rule that looks at nothing but tables: which of them. It is handed no other, and what it found is remembered
            by their content (`adapters.findings`); empty: it is evaluated at every build, on all tables.
    """

    name: str
    sentence: str
    evaluate: Callable[[Tables, dg.AssetCheckExecutionContext], Finding]
    blocking: bool = True
    share: bool = False
    sees: tuple[str, ...] = ()


def dataset_checks(
    asset: str,
    rules: Sequence[Rule],
    *,
    beside: Sequence[str] = (),
    partitions_def: dg.PartitionsDefinition[str] | None = None,
    resources: set[str] | None = None,
) -> dg.AssetChecksDefinition:
    """Return the checks of `asset`; each rule sees the tables of the asset and of those named in `beside`, keyed by asset.

    Args:
        asset: Asset key.
        rules: The checks.
        beside: Other assets whose tables the rules compare with.
        partitions_def: Partitions of the asset.
        resources: Resource keys the rules use through the context.
    """
    keys = [asset, *beside]
    needed = {*(resources or ()), *([_WORKSPACE] if any(rule.sees for rule in rules) else ())}
    parameters = {key.replace("-", "_"): dg.AssetIn(key) for key in keys}
    with warnings.catch_warnings():
        # Partitioned checks make every gate readable per release; Dagster 1.13 still marks them preview.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        specs = [
            dg.AssetCheckSpec(
                rule.name,
                asset=asset,
                description=rule.sentence,
                blocking=rule.blocking,
                additional_deps=list(beside),
                partitions_def=partitions_def,
            )
            for rule in rules
        ]

    @dg.multi_asset_check(name=f"{asset.replace('-', '_')}_checks", specs=specs, ins=parameters, required_resource_keys=needed)
    def evaluate(context: dg.AssetCheckExecutionContext, **tables: pl.DataFrame) -> Iterator[dg.AssetCheckResult]:
        named = {key: tables[key.replace("-", "_")] for key in keys}
        for rule in rules:
            finding = _found(asset, rule, named, context)
            yield dg.AssetCheckResult(
                asset_key=asset,
                check_name=rule.name,
                passed=finding.passed,
                severity=dg.AssetCheckSeverity.ERROR if rule.blocking else dg.AssetCheckSeverity.WARN,
                description=finding.sentence,
                metadata=_metadata(finding, share=rule.share),
            )

    return evaluate


def _found(asset: str, rule: Rule, tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    """Return what a rule finds, remembered where it may be."""
    if not rule.sees:
        return rule.evaluate(tables, context)
    seen = {name: tables[name] for name in rule.sees}
    return finding_of(context.resources.workspace.frames, f"{asset}.{rule.name}", seen, lambda given: rule.evaluate(given, context))


def _metadata(finding: Finding, *, share: bool) -> dict[str, Any]:
    """Return the figures as metadata, pictures inline; numbers are plotted by the UI release over release."""
    figures = dict(finding.figures)
    certificate = str(figures.pop("certificate", ""))
    metadata: dict[str, Any] = {**figures, **_certified(certificate)}
    n = int(figures.get("n", 0))
    if share and n:
        lower, upper = wilson_interval(round(float(figures["value"]) * n), n)
        metadata |= {"lower_95": round(lower, 6), "upper_95": round(upper, 6)}
    return {**metadata, **{title: dg.MetadataValue.md(inline_png(title, png)) for title, png in finding.plots.items()}}


def _without_curves(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return a certificate without the points of its curves, which the detector's own page draws."""
    return {name: value for name, value in stated.items() if name not in ("roc", "reliability")}


def _certified(certificate: str) -> dict[str, Any]:
    """Return what a certificate states as figures, a link to the detector that holds it, and the certificate itself."""
    if not certificate:
        return {}
    stated = json.loads(certificate)
    return {
        **{name: stated[name] for name in _CERTIFIED if stated.get(name) is not None},
        "sensitivity_lower_bar": number("judges", "certificate.sensitivity_lower"),
        "certificate_of": dg.MetadataValue.asset(dg.AssetKey(_DETECTOR)),
        "certificate": dg.MetadataValue.md(f"```json\n{json.dumps(_without_curves(stated), indent=2, ensure_ascii=False)}\n```"),
    }
