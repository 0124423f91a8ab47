"""Tests of Dagster's storage held open: events go where they went, files stay open for the run and no longer."""

import sqlite3
from pathlib import Path

import dagster as dg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from empathy_assets.console import instances
from empathy_assets.console.instances import held_open

RUN = "0f2a1c9e-5f4e-4f0b-9f5a-1d1d0c6a7b11"


@pytest.fixture
def embedded(tmp_path: Path) -> dg.DagsterInstance:
    (tmp_path / "dagster.yaml").write_text(f"storage:\n  sqlite:\n    base_dir: {tmp_path}/storage\n", encoding="utf-8")
    return dg.DagsterInstance.from_config(str(tmp_path))


def job() -> dg.JobDefinition:
    @dg.asset
    def one() -> int:
        return 1

    return dg.Definitions(assets=[one]).resolve_implicit_global_asset_job_def()


def test_a_run_leaves_the_same_events_and_its_log_is_not_written_back_meanwhile(embedded: dg.DagsterInstance, tmp_path: Path) -> None:
    with embedded:
        plain = job().execute_in_process(instance=embedded)
        with held_open(embedded, RUN):
            held = job().execute_in_process(instance=embedded, run_id=RUN)
            logs = {path.name for path in (tmp_path / "storage").rglob("*.db-wal")}
            assert {f"{RUN}.db-wal", "index.db-wal"} <= logs
        assert not list((tmp_path / "storage").rglob("*.db-wal"))
        kinds = [[r.event_log_entry.dagster_event_type for r in embedded.get_records_for_run(run.run_id).records] for run in (plain, held)]
        assert kinds[0] == kinds[1]
        assert embedded.get_latest_materialization_event(dg.AssetKey("one")).run_id == RUN
    assert not event.contains(Engine, "connect", instances._without_waiting)


def test_a_block_that_fails_lets_go_of_the_files(embedded: dg.DagsterInstance, tmp_path: Path) -> None:
    with embedded, pytest.raises(sqlite3.OperationalError, match="disk"), held_open(embedded, RUN):
        raise sqlite3.OperationalError("disk I/O error")
    assert not list((tmp_path / "storage").rglob("*.db-wal"))
    assert not event.contains(Engine, "connect", instances._without_waiting)


def test_an_instance_in_memory_is_left_alone() -> None:
    with dg.DagsterInstance.ephemeral() as instance, held_open(instance, RUN):
        assert job().execute_in_process(instance=instance).success
        assert not event.contains(Engine, "connect", instances._without_waiting)
