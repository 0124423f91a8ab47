"""The crew: chunks written by other processes are the same bytes; a process that dies costs its chunk and nothing else."""

import os
import signal
from pathlib import Path

import polars as pl
import pytest

from empathy_assets.adapters.data_designer.chunks import material_of
from empathy_assets.adapters.data_designer.crew import Crew, Task
from empathy_assets.adapters.data_designer.run import write_chunk
from empathy_assets.adapters.data_designer.settings import GenerationSettings
from empathy_assets_tests.adapters.data_designer.processes import children, gone
from empathy_assets_tests.engines.generating.test_plan import passages, plan


def task(folder: Path, kind: str = "persona", start: int = 0) -> Task:
    rows = plan().filter(pl.col("kind") == kind).slice(start, 4)
    return Task(rows, material_of(rows, passages()), GenerationSettings(), folder)


def kept(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "chunks").glob("*")}


def test_a_worker_leaves_the_bytes_that_this_process_would(tmp_path: Path) -> None:
    with Crew(1) as crew:
        assert crew.write(task(tmp_path / "a")).result(timeout=120)
        pids = children()
        assert len(pids) == 1
    write_chunk(task(tmp_path / "b"))
    assert kept(tmp_path / "a") == kept(tmp_path / "b") != {}
    assert gone(pids)


def test_a_chunk_that_cannot_be_written_is_told_and_the_worker_goes_on(tmp_path: Path) -> None:
    unknown = task(tmp_path)
    unknown = Task(unknown.rows.with_columns(kind=pl.lit("sermon")), unknown.material, unknown.settings, tmp_path)
    with Crew(1) as crew:
        told = [crew.write(unknown), crew.write(task(tmp_path))]
        assert [future.result(timeout=120) for future in told] == [False, True]
        assert len(children()) == 1


def test_another_process_takes_the_place_of_one_that_was_killed(tmp_path: Path) -> None:
    with Crew(1) as crew:
        assert crew.write(task(tmp_path)).result(timeout=120)
        first = children()
        os.kill(first[0], signal.SIGKILL)
        assert gone(first)
        assert not crew.write(task(tmp_path, start=4)).result(timeout=120)
        assert crew.write(task(tmp_path, start=8)).result(timeout=120)
        assert children() != first


def test_a_process_that_never_gets_anywhere_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with Crew(1) as crew:
        told = [crew.write(task(tmp_path, start=4 * i)) for i in range(6)]
        assert [future.result(timeout=60) for future in told] == [False] * 6
    assert not (tmp_path / "chunks").exists()


def test_what_is_not_begun_when_it_ends_is_never_written(tmp_path: Path) -> None:
    with Crew(1) as crew:
        told = [crew.write(task(tmp_path, start=4 * i)) for i in range(8)]
    assert told[-1].cancelled()
    assert children() == []
    assert len(kept(tmp_path)) < 8
