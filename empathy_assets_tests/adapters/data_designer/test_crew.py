"""The crew: chunks written by other processes are the same bytes; a process that dies costs its chunk and nothing else."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from empathy_assets.adapters.data_designer import crew as crew_module
from empathy_assets.adapters.data_designer.chunks import material_of
from empathy_assets.adapters.data_designer.crew import Crew, Task, crew_at_work
from empathy_assets.adapters.data_designer.run import write_chunk
from empathy_assets.adapters.data_designer.settings import GenerationSettings
from empathy_assets_tests.adapters.data_designer.processes import children, gone
from empathy_assets_tests.engines.generating.test_plan import passages, plan


@contextmanager
def ended(crew: Crew) -> Iterator[Crew]:
    """Dismiss a crew that nobody else uses."""
    try:
        yield crew
    finally:
        crew.dismiss()


def task(folder: Path, kind: str = "persona", start: int = 0) -> Task:
    rows = plan().filter(pl.col("kind") == kind).slice(start, 4)
    return Task(rows, material_of(rows, passages()), GenerationSettings(), folder)


def large(folder: Path) -> Task:
    """Return a chunk that takes a while."""
    rows = plan(300).filter(pl.col("kind") == "persona")
    rows = pl.concat([rows.with_columns(row_id=pl.format("{}-{}", "row_id", pl.lit(i))) for i in range(20)])
    return Task(rows, material_of(rows, passages()), GenerationSettings(), folder)


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "chunks").glob("*")}


def test_a_worker_leaves_the_bytes_that_this_process_would(tmp_path: Path) -> None:
    with ended(Crew(1)) as crew:
        assert crew.write(task(tmp_path / "a")).result(timeout=120)
        pids = children()
        assert len(pids) == 1
    write_chunk(task(tmp_path / "b"))
    assert kept(tmp_path / "a") == kept(tmp_path / "b") != {}
    assert gone(pids)


def test_a_chunk_that_cannot_be_written_is_told_and_the_worker_goes_on(tmp_path: Path) -> None:
    unknown = task(tmp_path)
    unknown = Task(unknown.rows.with_columns(kind=pl.lit("sermon")), unknown.material, unknown.settings, tmp_path)
    with ended(Crew(1)) as crew:
        told = [crew.write(unknown), crew.write(task(tmp_path))]
        assert [future.result(timeout=120) for future in told] == [False, True]
        assert len(children()) == 1


def test_another_process_takes_the_place_of_one_that_was_killed(tmp_path: Path) -> None:
    with ended(Crew(1)) as crew:
        assert crew.write(task(tmp_path)).result(timeout=120)
        first = children()
        os.kill(first[0], signal.SIGKILL)
        assert gone(first)
        assert crew.write(task(tmp_path, start=4)).result(timeout=120)
        second = children()
        assert second != first
        begun = crew.write(large(tmp_path))
        while not list((tmp_path / "designer").glob(f"persona-*-{second[0]}")):
            assert not begun.done()
            time.sleep(0.01)
        os.kill(second[0], signal.SIGKILL)
        assert not begun.result(timeout=120)
        assert crew.write(task(tmp_path, start=8)).result(timeout=120)
        assert children() not in (first, second)


def test_a_process_that_never_gets_anywhere_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with ended(Crew(1)) as crew:
        told = [crew.write(task(tmp_path, start=4 * i)) for i in range(6)]
        assert [future.result(timeout=60) for future in told] == [False] * 6
    assert not (tmp_path / "chunks").exists()


def test_what_is_not_begun_when_it_ends_is_never_written(tmp_path: Path) -> None:
    with ended(Crew(1)) as crew:
        told = [crew.write(task(tmp_path, start=4 * i)) for i in range(8)]
    assert told[-1].cancelled()
    assert children() == []
    assert len(kept(tmp_path)) < 8


def test_workers_stay_for_the_next_source_and_go_when_none_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "_IDLE_SECONDS", 0.5)
    with crew_at_work(1, tmp_path) as crew:
        assert crew.write(task(tmp_path)).result(timeout=120)
        first = children()
    with crew_at_work(1, tmp_path) as crew:
        assert crew.write(task(tmp_path, "grounded")).result(timeout=120)
        assert children() == first
    assert gone(first)


def test_one_that_was_killed_while_it_waited_is_replaced_at_no_loss(tmp_path: Path) -> None:
    with crew_at_work(1, tmp_path) as crew:
        assert crew.write(task(tmp_path)).result(timeout=120)
        first = children()
    os.kill(first[0], signal.SIGKILL)
    assert gone(first)
    with crew_at_work(1, tmp_path) as crew:
        assert crew.write(task(tmp_path, start=4)).result(timeout=120)
        assert children() != first


def test_none_stay_where_a_run_failed_and_what_was_begun_is_given_up(tmp_path: Path) -> None:
    told: list[Future[Any]] = []
    with pytest.raises(KeyboardInterrupt), crew_at_work(1, tmp_path) as crew:
        told += [crew.write(task(tmp_path, start=4 * i)) for i in range(8)]
        assert told[0].result(timeout=120)
        raise KeyboardInterrupt
    assert told[-1].cancelled()
    assert children() == []


def test_a_crew_that_was_given_up_tries_again_for_the_next_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with crew_at_work(1, tmp_path) as crew, monkeypatch.context() as patch:
        patch.setattr("sys.executable", "/bin/false")
        assert not any(crew.write(task(tmp_path, start=4 * i)).result(timeout=60) for i in range(3))
    with crew_at_work(1, tmp_path) as again:
        assert again is crew
        assert again.write(task(tmp_path)).result(timeout=120)
