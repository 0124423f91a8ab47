"""Tests of sensors and schedules, on an instance of their own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from empathy_assets.adapters import watch
from empathy_assets.defs.automation import journal_research, landing_sensor, weekly_journal_research
from empathy_assets.defs.jobs import build_release
from empathy_assets.defs.partitions import release_partitions

BOTH = [landing_sensor, journal_research]


@pytest.fixture(autouse=True)
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EMPATHY_LANDING", str(tmp_path))
    monkeypatch.setattr(watch, "_SETTLE", 0.0)
    (tmp_path / "books").mkdir()
    return tmp_path


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def tick(sensor: dg.SensorDefinition, cursor: str | None, instance: dg.DagsterInstance | None = None) -> tuple[object, str | None]:
    """Return what a tick led to and the cursor after it."""
    context = dg.build_sensor_context(cursor=cursor, instance=instance)
    result = sensor(context)
    return result, result.cursor if isinstance(result, dg.SensorResult) else context.cursor


def started(result: object) -> dg.RunRequest:
    assert isinstance(result, dg.SensorResult), result
    (request,) = list(result.run_requests or ())
    assert request.partition_key == "next"
    return request


def a_run(instance: dg.DagsterInstance, sensor: dg.SensorDefinition, status: dg.DagsterRunStatus, **tags: str) -> dg.DagsterRun:
    """Put a run of a sensor into the instance."""
    named = {"dagster/sensor_name": sensor.name, "empathy/try": "1"} | {name.replace("__", "/"): value for name, value in tags.items()}
    return instance.add_run(dg.DagsterRun(job_name=build_release.name, status=status, tags=named))


def test_a_landed_book_starts_one_build_of_next_and_never_of_a_release(landing: Path) -> None:
    first, cursor = tick(landing_sensor, None)
    assert isinstance(first, dg.SkipReason)
    still, cursor = tick(landing_sensor, cursor)
    assert isinstance(still, dg.SkipReason)

    (landing / "books" / "new.txt").write_text("A book.")
    result, cursor = tick(landing_sensor, cursor)
    assert started(result).tags["empathy/landed"] == "books"
    after, _ = tick(landing_sensor, cursor)
    assert isinstance(after, dg.SkipReason)


def test_a_state_that_returns_is_another_run(landing: Path) -> None:
    book, keys = landing / "books" / "a.txt", set()
    _, cursor = tick(landing_sensor, None)
    book.write_text("A book.")
    kept = book.rename(landing.parent / f"{landing.name}.txt")
    for _ in range(2):
        kept.rename(book)
        result, cursor = tick(landing_sensor, cursor)
        keys.add(started(result).run_key)
        book.rename(kept)
        result, cursor = tick(landing_sensor, cursor)
        keys.add(started(result).run_key)
    assert len(keys) == 4


def test_a_half_copied_file_waits(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, cursor = tick(landing_sensor, None)
    book = landing / "books" / "large.pdf"
    book.write_text("half")
    monkeypatch.setattr("empathy_assets.defs.automation.settled", lambda look, seen: book.write_text("whole book") and look() == seen)
    waiting, cursor = tick(landing_sensor, cursor)
    assert isinstance(waiting, dg.SkipReason)
    assert "still being written" in str(waiting.skip_message)
    monkeypatch.undo()
    monkeypatch.setenv("EMPATHY_LANDING", str(landing))
    monkeypatch.setattr(watch, "_SETTLE", 0.0)
    started(tick(landing_sensor, cursor)[0])


@pytest.mark.parametrize("status", [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED])
def test_a_build_under_way_is_waited_for_and_nothing_is_forgotten(landing: Path, instance: dg.DagsterInstance, status) -> None:
    _, cursor = tick(landing_sensor, None, instance)
    run = a_run(instance, landing_sensor, status)
    (landing / "books" / "new.txt").write_text("A book.")
    waiting, cursor = tick(landing_sensor, cursor, instance)
    assert isinstance(waiting, dg.SkipReason)
    assert run.run_id in str(waiting.skip_message)
    instance.delete_run(run.run_id)
    started(tick(landing_sensor, cursor, instance)[0])


def test_a_run_whose_process_is_gone_is_failed_and_built_again_once(instance: dg.DagsterInstance, landing: Path) -> None:
    _, cursor = tick(landing_sensor, None, instance)
    gone = json.dumps({"host": "localhost", "socket": str(landing / "no-such-socket")})
    run = a_run(instance, landing_sensor, dg.DagsterRunStatus.STARTED, **{".dagster__grpc_info": gone})
    result, cursor = tick(landing_sensor, cursor, instance)
    request = started(result)
    assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE
    assert request.tags["empathy/try"] == "2"
    a_run(instance, landing_sensor, dg.DagsterRunStatus.FAILURE, empathy__try="2")
    assert isinstance(tick(landing_sensor, cursor, instance)[0], dg.SkipReason)


@pytest.mark.parametrize(
    ("status", "tags"),
    [
        (dg.DagsterRunStatus.FAILURE, {"dagster__failure_reason": "STEP_FAILURE"}),
        (dg.DagsterRunStatus.CANCELED, {}),
        (dg.DagsterRunStatus.SUCCESS, {}),
    ],
    ids=["a gate failed", "cancelled", "done"],
)
def test_a_run_that_ended_by_itself_is_not_repeated(instance: dg.DagsterInstance, status, tags: dict[str, str]) -> None:
    _, cursor = tick(landing_sensor, None, instance)
    a_run(instance, landing_sensor, status, **tags)
    assert isinstance(tick(landing_sensor, cursor, instance)[0], dg.SkipReason)


def test_the_first_look_knows_what_the_last_build_has_read(landing: Path, instance: dg.DagsterInstance) -> None:
    @dg.asset(key="ready_package", partitions_def=release_partitions)
    def package() -> None: ...

    (landing / "books" / "known.txt").write_text("An old book.")
    assert dg.materialize([package], instance=instance, partition_key="next").success
    assert isinstance(tick(landing_sensor, None, instance)[0], dg.SkipReason)
    (landing / "books" / "new.txt").write_text("Landed after the build, before the daemon was started.")
    assert started(tick(landing_sensor, None, instance)[0]).tags["empathy/landed"] == "books"


def test_a_changed_query_list_starts_a_search_where_fetch_is_on(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    off, cursor = tick(journal_research, None)
    assert isinstance(off, dg.SkipReason)
    assert "EMPATHY_FETCH=1" in str(off.skip_message)
    assert cursor is None

    monkeypatch.setenv("EMPATHY_FETCH", "1")
    result, cursor = tick(journal_research, None)  # a list that was never asked
    started(result)
    assert isinstance(tick(journal_research, cursor)[0], dg.SkipReason)

    (landing / "queries").mkdir()
    (landing / "queries" / "mine.txt").write_text("# a comment\n")
    assert isinstance(tick(journal_research, cursor)[0], dg.SkipReason)
    (landing / "queries" / "mine.txt").write_text("anticipatory grief carers\n")
    result, cursor = tick(journal_research, cursor)
    assert started(result).tags["empathy/queries"] == "queries"
    assert isinstance(tick(landing_sensor, tick(landing_sensor, None)[1])[0], dg.SkipReason)  # one drop, one run

    monkeypatch.setattr("empathy_assets.adapters.scholarly.queries.policy_queries", lambda: [])
    started(tick(journal_research, cursor)[0])


def test_the_week_is_the_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(day: int) -> object:
        return weekly_journal_research(dg.build_schedule_context(scheduled_execution_time=datetime(2026, 11, day, 6, tzinfo=UTC)))

    off = at(21)
    assert isinstance(off, dg.SkipReason)
    assert "EMPATHY_FETCH=1" in str(off.skip_message)
    monkeypatch.setenv("EMPATHY_FETCH", "1")
    this, following = at(21), at(28)
    assert isinstance(this, dg.RunRequest)
    assert isinstance(following, dg.RunRequest)
    assert (this.run_key, this.partition_key, this.tags["empathy/edition"]) == ("2026-W47", "next", "2026-W47")
    assert following.tags["empathy/edition"] == "2026-W48"


def test_the_week_is_begun_in_the_first_hour_without_a_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_FETCH", "1")
    instance = dg.DagsterInstance.local_temp(str(tmp_path))  # a schedule's context takes no instance that is only in memory

    def at(hour: int) -> object:
        moment = datetime(2026, 11, 21, hour, tzinfo=UTC)
        return weekly_journal_research(dg.build_schedule_context(instance=instance, scheduled_execution_time=moment))

    run = a_run(instance, landing_sensor, dg.DagsterRunStatus.STARTED)
    waiting = at(6)
    assert isinstance(waiting, dg.SkipReason)
    assert run.run_id in str(waiting.skip_message)
    instance.delete_run(run.run_id)
    later = [at(hour) for hour in (7, 8)]
    assert {request.run_key for request in later if isinstance(request, dg.RunRequest)} == {"2026-W47"}


def test_they_run_without_a_click() -> None:
    assert {sensor.default_status for sensor in BOTH} == {dg.DefaultSensorStatus.RUNNING}
    assert weekly_journal_research.default_status == dg.DefaultScheduleStatus.RUNNING
    assert journal_research.name == "journal_research"
    assert {sensor.job_name for sensor in BOTH} == {weekly_journal_research.job_name} == {build_release.name}
