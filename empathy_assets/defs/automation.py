"""When things run by themselves: landed files, changed queries and the turn of the week rebuild `next`, one build at a time.

Lives here: sensors and schedules; they never build a write-once release.
Must not live here: what is watched and how (adapters/watch), assets.
"""

from collections.abc import Callable

import dagster as dg

from empathy_assets.adapters.scholarly.queries import all_queries, fingerprint
from empathy_assets.adapters.scholarly.settings import EDITION_TAG, edition_of
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.watch import QUERIES, Memory, abandoned, by_folder, settled, snapshot
from empathy_assets.defs.jobs import build_release
from empathy_assets.records.ids import digest

_EVERY = 15  # seconds; a landed file is in a run within a minute
_TRIES = 2  # a build that a crash ended is started once more; one that failed by its own fault is not
_RELEASE = "next"
_TRY, _REASON = "empathy/try", "dagster/failure_reason"
_BUSY = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_FETCH_OFF = "live fetch is off, so nobody is asked: set EMPATHY_FETCH=1 to search the scholarly services"

Look = Callable[[], dict[str, str]]
Tick = dg.SensorResult | dg.SkipReason


@dg.sensor(job=build_release, minimum_interval_seconds=_EVERY, default_status=dg.DefaultSensorStatus.RUNNING)
def landing_sensor(context: dg.SensorEvaluationContext) -> Tick:
    """Start one build of `next` when files were added, changed or removed in the landing folder; only those are read again.

    Files that are still being copied are waited for, and so is a build under way. The first look takes as known what had landed when
    `next` was last built, or, where it never was, what lies there.
    """
    landing = Settings.from_env().landing_dir

    def look() -> dict[str, str]:
        return by_folder(snapshot(landing))

    memory = Memory.of(context.cursor)
    if memory is None:
        memory = Memory(state=by_folder(snapshot(landing, until=_last_build(_instance(context)))))
        context.update_cursor(memory.model_dump_json())
        if not memory.changed(look()):
            return dg.SkipReason(f"first look at {landing}: what lies there is the starting point, changes from now on start a build")
    return _tick(_instance(context), landing_sensor.name, memory, look, tag="empathy/landed", watched=str(landing))


@dg.sensor(job=build_release, minimum_interval_seconds=_EVERY, default_status=dg.DefaultSensorStatus.RUNNING)
def journal_research(context: dg.SensorEvaluationContext) -> Tick:
    """Search the scholarly services and rebuild `next` when the list of queries changed: policy's, or lines dropped in `landing/queries/`.

    A list that was never asked counts as changed. Replies are cached, so only new queries cost requests.
    """
    settings = Settings.from_env()
    if not settings.fetch:
        return dg.SkipReason(_FETCH_OFF)

    def look() -> dict[str, str]:
        return {QUERIES: fingerprint(all_queries(settings.landing_dir)[0])}

    memory = Memory.of(context.cursor) or Memory()
    return _tick(_instance(context), journal_research.name, memory, look, tag="empathy/queries", watched="the list of queries")


@dg.schedule(
    job=build_release,
    cron_schedule="0 6-23 * * 6",  # NCBI asks for large jobs at weekends; every hour, so that a busy or absent machine misses no week
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def weekly_journal_research(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask the scholarly services every query afresh, once a week, and rebuild `next`: the ISO week is the edition of the replies.

    The week is also the key of the run, so the first hour of Saturday in which no build is under way starts it and the others pass.
    """
    if not Settings.from_env().fetch:
        return dg.SkipReason(_FETCH_OFF)
    if run := _under_way(_instance(context)):
        return dg.SkipReason(f"run {run.run_id} is under way: asked again in an hour")
    edition = edition_of(context.scheduled_execution_time)
    return dg.RunRequest(run_key=edition, partition_key=_RELEASE, tags={EDITION_TAG: edition})


def _tick(instance: dg.DagsterInstance | None, sensor: str, memory: Memory, look: Look, *, tag: str, watched: str) -> Tick:
    """Return what one look leads to: a build, or the reason why there is none."""
    if run := _under_way(instance):
        return dg.SkipReason(f"run {run.run_id} is under way: what changed since it began waits for its end")
    now = look()
    names, tries = memory.changed(now), 1
    if names and not settled(look, now):
        return dg.SkipReason(f"{', '.join(names)}: still being written; looked at again in {_EVERY} s")
    if not names:
        tries = _tries_lost(instance, sensor) + 1
        if not 1 < tries <= _TRIES:
            return dg.SkipReason(f"nothing changed in {watched}")
    following = Memory(state=now, asked=memory.asked + 1)
    run = dg.RunRequest(
        run_key=digest(following.model_dump_json()),
        partition_key=_RELEASE,
        tags={tag: ", ".join(names) or "again, the last build was cut short", _TRY: str(tries)},
    )
    return dg.SensorResult(run_requests=[run], cursor=following.model_dump_json())


def _instance(context: dg.SensorEvaluationContext | dg.ScheduleEvaluationContext) -> dg.DagsterInstance | None:
    """Return the instance, or None for a tick that is tried without one."""
    try:
        return context.instance
    except dg.DagsterInvariantViolationError:
        return None


def _under_way(instance: dg.DagsterInstance | None) -> dg.DagsterRun | None:
    """Return a build that is queued or runs; one whose process is gone is reported as failed instead."""
    runs = instance.get_runs(dg.RunsFilter(job_name=build_release.name, statuses=_BUSY)) if instance else []
    for run in runs:
        if instance is None or not abandoned(run.tags.get(".dagster/grpc_info")):
            return run
        instance.report_run_failed(run, "The process of this run is gone: the machine or the daemon was stopped while it ran.")
    return None


def _tries_lost(instance: dg.DagsterInstance | None, sensor: str) -> int:
    """Return how often the sensor's last build was tried if a crash ended it; 0 if it ended by itself, was cancelled, or there is none."""
    runs = instance.get_runs(dg.RunsFilter(job_name=build_release.name, tags={"dagster/sensor_name": sensor}), limit=1) if instance else []
    if not runs or runs[0].status != dg.DagsterRunStatus.FAILURE or runs[0].tags.get(_REASON) == "STEP_FAILURE":
        return 0
    return int(runs[0].tags.get(_TRY, _TRIES))


def _last_build(instance: dg.DagsterInstance | None) -> float | None:
    """Return when the last build of `next` began, in seconds since the epoch, or None if this instance has seen none."""
    if instance is None:
        return None
    wanted = dg.AssetRecordsFilter(asset_key=dg.AssetKey("ready_package"), asset_partitions=[_RELEASE])
    for record in instance.fetch_materializations(wanted, limit=1).records:
        run = instance.get_run_record_by_id(record.run_id)
        if run and run.start_time:
            return run.start_time
    return None
