"""Tests of the build view: instances, lines, collected failures."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import dagster as dg
import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console import build as module
from empathy_assets.console.build import BEGAN, HOST, PID, close_orphans, instance_for, run_build, whose
from empathy_assets.defs.check import Rule, dataset_checks
from empathy_assets.engines.checking.finding import Finding


def test_runs_are_recorded_where_dagster_would_look(tmp_path: Path) -> None:
    with instance_for(tmp_path, {}) as temporary:
        assert temporary.is_ephemeral
    (tmp_path / "dagster.yaml").write_text(
        "telemetry:\n  enabled: false\nstorage:\n  sqlite:\n    base_dir: " + str(tmp_path / "kept") + "\n"
    )
    with instance_for(tmp_path, {}) as kept:
        assert not kept.is_ephemeral
    assert (tmp_path / "kept").exists()


def _defs(*, fails: bool, blocking: bool) -> dg.Definitions:
    releases = dg.StaticPartitionsDefinition(["next"])

    @dg.asset(partitions_def=releases)
    def stage(context: dg.AssetExecutionContext) -> int:
        context.log.info("halfway")
        return 1

    @dg.asset(partitions_def=releases)
    def after(stage: int) -> int:
        if fails and not blocking:
            raise RuntimeError("the disk is full; free some space")
        return stage

    rule = Rule("bar", "Holds the bar.", lambda t, _: Finding(not (fails and blocking), "0.4 found, 0.8 expected"))
    checks = dataset_checks("stage", [rule], partitions_def=releases)
    return dg.Definitions(assets=[stage, after], asset_checks=[checks], executor=dg.in_process_executor)


@pytest.mark.parametrize(("fails", "blocking"), [(False, False), (True, True), (True, False)])
def test_failures_are_collected_by_name(fails: bool, blocking: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "build_defs", lambda _: _defs(fails=fails, blocking=blocking))
    shown = StringIO()
    result = run_build("next", Settings(), Console(file=shown, width=120))
    assert result.success is not fails
    assert result.failed_blocking == (["stage.bar"] if fails and blocking else [])
    assert result.errors == (["after: RuntimeError: the disk is full; free some space"] if fails and not blocking else [])
    assert "0.4 found, 0.8 expected" in shown.getvalue()
    (check,) = result.checks
    assert (check["check"], check["passed"], check["severity"]) == ("stage.bar", not (fails and blocking), "ERROR")
    assert (check["sentence"], check["partition"]) == ("0.4 found, 0.8 expected", "next")
    assert ("after" in result.metadata) is not fails


def test_a_run_whose_process_was_killed_is_closed_and_one_that_runs_is_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    with dg.DagsterInstance.ephemeral() as instance:

        @dg.job
        def job() -> None:
            pass

        tags = whose()
        dead = [
            instance.create_run_for_job(job, status=status, tags=tags | {PID: str(child.pid)})
            for status in (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)
        ]
        mine, elsewhere, reused = (
            instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=tags | changed)
            for changed in ({}, {PID: str(child.pid), HOST: "another machine"}, {BEGAN: "an earlier boot 4711"})
        )
        assert set(close_orphans(instance)) == {run.run_id for run in (*dead, reused)}
        assert close_orphans(instance) == []
        states = [instance.get_run_by_id(run.run_id).status.value for run in (*dead, mine, elsewhere, reused)]
    assert states == ["FAILURE"] * 3 + ["STARTED"] * 2 + ["FAILURE"]
