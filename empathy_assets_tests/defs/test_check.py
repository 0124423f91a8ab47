"""Tests of the check factory: blocking rules stop, warnings do not, figures become metadata."""

import json
from pathlib import Path
from typing import Any, cast

import dagster as dg
import polars as pl
import pytest

from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.defs.resources import workspace_of
from empathy_assets.engines.checking.finding import Finding


def graph(*, blocking: bool, passes: bool) -> dg.Definitions:
    @dg.asset(name="side")
    def side() -> int:
        return 2

    @dg.asset(key=["nightmare-fuel"])
    def stage() -> int:
        return 1

    @dg.asset(ins={"stage": dg.AssetIn("nightmare-fuel")})
    def after(stage: int) -> int:
        return stage

    def evaluate(tables: dict[str, pl.DataFrame], _: dg.AssetCheckExecutionContext) -> Finding:
        assert tables == {"nightmare-fuel": 1, "side": 2}
        stated = {"sensitivity": 0.97, "sensitivity_lower": 0.956, "specificity": 0.8, "threshold": 0.2}
        return Finding(passes, "1 row", {"value": 0.9, "n": 100, "certificate": json.dumps(stated)}, {"picture": b"png"})

    checks = dataset_checks(
        "nightmare-fuel", [Rule("fence", "The fence holds.", evaluate, blocking=blocking, share=True)], beside=("side",)
    )
    return dg.Definitions(assets=[side, stage, after], asset_checks=[checks], executor=dg.in_process_executor)


@pytest.mark.parametrize(("blocking", "passes", "goes_on"), [(True, True, True), (True, False, False), (False, False, True)])
def test_only_a_failed_blocking_rule_stops_what_follows(blocking: bool, passes: bool, goes_on: bool) -> None:
    job = graph(blocking=blocking, passes=passes).resolve_implicit_global_asset_job_def()
    run = job.execute_in_process(raise_on_error=False)
    check = run.get_asset_check_evaluations()[0]
    assert (check.passed, check.description) == (passes, "1 row")
    assert check.severity == (dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN)
    figures = {name: value.value for name, value in check.metadata.items()}
    assert (figures["value"], figures["n"]) == (0.9, 100)
    assert (figures["lower_95"], figures["upper_95"]) == pytest.approx((0.8256, 0.9448), abs=1e-4)
    assert (figures["sensitivity_lower"], figures["sensitivity_lower_bar"], figures["threshold"]) == (0.956, 0.95, 0.2)
    assert figures["certificate_of"] == dg.AssetKey("crisis_detector")
    assert "json" in figures["certificate"]
    assert "data:image/png;base64," in figures["picture"]
    assert any(e.step_key == "after" for e in run.get_asset_materialization_events()) is goes_on
    assert run.success is goes_on


def test_a_rule_that_says_what_it_sees_is_handed_that_alone_and_evaluated_once_per_content(tmp_path: Path) -> None:
    asked: list[tuple[str, ...]] = []

    def evaluate(tables: Tables, _: dg.AssetCheckExecutionContext) -> Finding:
        asked.append(tuple(tables))
        bad = tables["stage"].filter(pl.col("n") < 0).height
        return Finding(bad == 0, f"{bad} below zero", {"value": bad, "bound": 0, "n": tables["stage"].height})

    checks = dataset_checks("stage", [Rule("positive", "None is below zero.", evaluate, sees=("stage",))], beside=("side",))
    resources = {"workspace": workspace_of(Settings(storage=str(tmp_path)))}

    def passed(numbers: list[int], beside: int) -> bool:
        context = dg.build_asset_check_context(resources=resources)
        (found,) = cast("Any", checks)(context, stage=pl.DataFrame({"n": numbers}), side=pl.DataFrame({"m": [beside]}))
        return found.passed

    assert [passed([1, 2], 1), passed([1, 2], 2), passed([1, -2], 2), passed([1, -2], 3)] == [True, True, False, False]
    assert asked == [("stage",)] * 2
