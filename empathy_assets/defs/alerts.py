"""What people are told without asking: a run that failed, and checks that failed in a run that went on.

Lives here: the run-status sensors and what a notice says. Must not live here: how it is sent (adapters/notify).
"""

import dagster as dg

from empathy_assets.adapters.notify import Notice, notify

_SHOWN = 10  # failed checks named in one notice
_PARTITION = "dagster/partition"


def failed_checks(instance: dg.DagsterInstance, run_id: str) -> tuple[str, ...]:
    """Return the checks that failed in a run, `asset.check: what was found`, in the order they were evaluated."""
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    found = [entry.dagster_event.asset_check_evaluation_data for entry in entries if entry.dagster_event]
    return tuple(f"{c.asset_key.to_user_string()}.{c.check_name}: {c.description or 'failed'}" for c in found if not c.passed)


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def run_failure_alert(context: dg.RunFailureSensorContext) -> None:
    """Tell people that a run failed: which release, which step, why, and which checks stood in the way."""
    run = context.dagster_run
    release = run.tags.get(_PARTITION, "")
    errors = tuple(f"{event.step_key}: {_last_line(event)}" for event in context.get_step_failure_events())
    what = f"release {release}" if release else run.job_name
    text = f"Run {run.run_id[:8]} of {what} failed: {errors[0] if errors else context.failure_event.message}"
    notify(Notice(text, "run-failed", run.run_id, release, (*errors, *failed_checks(context.instance, run.run_id))[:_SHOWN]))


@dg.run_status_sensor(run_status=dg.DagsterRunStatus.SUCCESS, default_status=dg.DefaultSensorStatus.RUNNING)
def failed_check_alert(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
    """Tell people which checks failed in a run that went on all the same: they warn, somebody has to look."""
    run = context.dagster_run
    failed = failed_checks(context.instance, run.run_id)
    if not failed:
        return dg.SkipReason(f"every check of run {run.run_id[:8]} passed")
    release = run.tags.get(_PARTITION, "")
    text = (
        f"Run {run.run_id[:8]} of {f'release {release}' if release else run.job_name} went on with {len(failed)} failed checks: {failed[0]}"
    )
    notify(Notice(text, "checks-failed", run.run_id, release, failed[:_SHOWN]))
    return None


def _last_line(event: dg.DagsterEvent) -> str:
    """Return the message of the error at the root of a step's failure."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    lines = (error.message if error else event.message or "").strip().splitlines()
    return lines[-1] if lines else "no message"
