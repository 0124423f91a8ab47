"""The `dataset_checks` factory: one check step per asset that loads the table once and evaluates all its rules.

Lives here: names, sentences, severity and blocking of checks as Dagster sees them. Must not live here: the comparison (engines/checking).
A gate blocks (ERROR, downstream is not executed); drift and quality notes warn.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from empathy_assets.defs.dataset import inline_png
from empathy_assets.engines.checking.finding import Finding

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Rule:
    """One check: its name, the sentence that states it, how to evaluate it, and whether failing it stops the graph."""

    name: str
    sentence: str
    evaluate: Callable[[Tables, dg.AssetCheckExecutionContext], Finding]
    blocking: bool = True


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

    @dg.multi_asset_check(name=f"{asset.replace('-', '_')}_checks", specs=specs, ins=parameters, required_resource_keys=resources or set())
    def evaluate(context: dg.AssetCheckExecutionContext, **tables: pl.DataFrame) -> Iterator[dg.AssetCheckResult]:
        named = {key: tables[key.replace("-", "_")] for key in keys}
        for rule in rules:
            finding = rule.evaluate(named, context)
            yield dg.AssetCheckResult(
                asset_key=asset,
                check_name=rule.name,
                passed=finding.passed,
                severity=dg.AssetCheckSeverity.ERROR if rule.blocking else dg.AssetCheckSeverity.WARN,
                description=finding.sentence,
                metadata=_metadata(finding),
            )

    return evaluate


def _metadata(finding: Finding) -> dict[str, Any]:
    """Return the figures as metadata, pictures inline; a certificate is JSON and shown as such."""
    figures = {name: dg.MetadataValue.md(f"```json\n{v}\n```") if name == "certificate" else v for name, v in finding.figures.items()}
    return {**figures, **{title: dg.MetadataValue.md(inline_png(title, png)) for title, png in finding.plots.items()}}
