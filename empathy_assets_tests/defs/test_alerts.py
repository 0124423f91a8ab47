"""Tests of the alerts on runs that really failed, or went on with failed checks."""

import dagster as dg
import pytest

from empathy_assets.adapters.notify import Notice
from empathy_assets.defs import alerts
from empathy_assets.defs.alerts import failed_check_alert, failed_checks, run_failure_alert

RELEASES = dg.StaticPartitionsDefinition(["next"])


@dg.asset(partitions_def=RELEASES)
def fine() -> int:
    return 1


@dg.asset(partitions_def=RELEASES)
def broken() -> int:
    raise ValueError("the third row has no text")


@dg.asset_check(asset=fine)
def doubtful() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN, description="0.61 found, 0.80 expected")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    notices: list[Notice] = []
    monkeypatch.setattr(alerts, "notify", lambda notice: notices.append(notice) or True)
    return notices


def ran(instance: dg.DagsterInstance, *assets: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
    definitions = dg.Definitions(assets=list(assets), asset_checks=[doubtful] if fine in assets else [])
    job = definitions.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, partition_key="next", raise_on_error=False)


def test_a_failed_run_is_told_with_release_step_and_reason(told: list[Notice]) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = ran(instance, broken)
        event = next(e for e in result.all_events if e.event_type == dg.DagsterEventType.RUN_FAILURE)
        context = dg.build_run_status_sensor_context("run_failure_alert", event, instance, result.dagster_run)
        run_failure_alert(context.for_run_failure())
    (notice,) = told
    assert notice.kind == "run-failed"
    assert notice.release == "next"
    assert "release next failed: broken: " in notice.text
    assert "the third row has no text" in notice.text


def test_checks_that_failed_in_a_run_that_went_on_are_told(told: list[Notice]) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = ran(instance, fine)
        assert result.success
        assert failed_checks(instance, result.run_id) == ("fine.doubtful: 0.61 found, 0.80 expected",)
        event = next(e for e in result.all_events if e.event_type == dg.DagsterEventType.RUN_SUCCESS)
        failed_check_alert(dg.build_run_status_sensor_context("failed_check_alert", event, instance, result.dagster_run))
    (notice,) = told
    assert (notice.kind, notice.details) == ("checks-failed", ("fine.doubtful: 0.61 found, 0.80 expected",))


def test_a_run_whose_checks_passed_is_not_told(told: list[Notice]) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.Definitions(assets=[fine]).resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(instance=instance, partition_key="next")
        event = next(e for e in result.all_events if e.event_type == dg.DagsterEventType.RUN_SUCCESS)
        context = dg.build_run_status_sensor_context("failed_check_alert", event, instance, result.dagster_run)
        assert isinstance(failed_check_alert(context), dg.SkipReason)
    assert told == []


def test_both_watch_without_a_click() -> None:
    assert {s.default_status for s in (run_failure_alert, failed_check_alert)} == {dg.DefaultSensorStatus.RUNNING}
