"""When things run by themselves: a changed landing folder rebuilds `next`. Never a write-once release, and no asset lives here."""

import dagster as dg

from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.watch import as_cursor, changed, snapshot
from empathy_assets.defs.jobs import build_release

_EVERY = 30  # seconds; a landed book is in a run within a minute


@dg.sensor(job=build_release, minimum_interval_seconds=_EVERY, default_status=dg.DefaultSensorStatus.RUNNING)
def landing_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Start one build of `next` when files were added, changed or removed in the landing folder; only those are read again."""
    landing = Settings.from_env().landing_dir
    now = as_cursor(snapshot(landing))
    if context.cursor is None:
        context.update_cursor(now)
        return dg.SkipReason(f"first look at {landing}: what lies there is the starting point, changes from now on start a build")
    folders = changed(context.cursor, now)
    if not folders:
        return dg.SkipReason(f"nothing changed in {landing}")
    run = dg.RunRequest(run_key=now, partition_key="next", tags={"empathy/landed": ", ".join(folders)})
    return dg.SensorResult(run_requests=[run], cursor=now)
