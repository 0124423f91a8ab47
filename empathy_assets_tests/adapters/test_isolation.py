"""Tests of isolated reading: order, deadline, memory cap, crashes, and that the pool goes on after each."""

import io
import json
import os
import sys
import time
from pathlib import Path

import polars as pl
import psutil
import pytest

from empathy_assets.adapters import isolation
from empathy_assets.adapters.isolation import Job, Outcome, ReaderPool, ReaderStartError, deadline_of, perform, rejected, serve
from empathy_assets.adapters.row_frames import frame_of
from empathy_assets.engines.reading.read import stream_file
from empathy_assets.engines.reading.result import MODELS
from empathy_assets.records.arrow import polars_schema
from empathy_assets_tests.engines.reading.samples import RIGHTS, context, prose

HERE = "empathy_assets_tests.adapters.test_isolation"


def hanging(path: Path, **_: object):
    time.sleep(60)
    yield "rejects", {}


def crashing(path: Path, **_: object):
    os._exit(3)
    yield "rejects", {}


def failing(path: Path, **_: object):
    raise ValueError("no good")
    yield "rejects", {}


def greedy(path: Path, **_: object):
    hoard = [bytearray(os.urandom(1)) * (1 << 20) for _ in range(2000) if not time.sleep(0.002)]
    yield "rejects", {"reason": str(len(hoard))}


def job(tmp_path: Path, name: str, reader: str = "") -> Job:
    path = tmp_path / f"{name}.txt"
    path.write_text("\n\n".join(prose(3, start=len(name))))
    extra = {"reader": f"{HERE}:{reader}"} if reader else {}
    return Job(str(path), f"books/{name}.txt", "books", RIGHTS.model_dump(), str(tmp_path / "out" / name), **extra)


def test_bad_files_end_as_outcomes_and_the_others_are_read_in_order(tmp_path):
    jobs = [
        job(tmp_path, "a"),
        job(tmp_path, "hang", "hanging"),
        job(tmp_path, "b"),
        job(tmp_path, "crash", "crashing"),
        job(tmp_path, "c"),
        job(tmp_path, "fail", "failing"),
    ]
    jobs.append(Job(str(tmp_path / "gone"), "books/gone", "books", RIGHTS.model_dump(), str(tmp_path / "out" / "gone")))
    with ReaderPool(2, deadline=lambda _: 6.0) as pool:
        next(pool.run(jobs[:1]))
        outcomes = list(pool.run(jobs))
    assert [o.reason for o in outcomes] == ["", "timeout", "", "reader-crashed", "", "reader-crashed", "unreadable"]
    assert "exit status 3" in outcomes[3].detail
    assert "no good" in outcomes[5].detail
    frame = pl.read_parquet(Path(jobs[0].out) / outcomes[0].parts[0])
    assert frame.schema == polars_schema(MODELS["passages"])


def test_memory_has_a_cap(tmp_path):
    if not Path("/proc/self/statm").exists():
        pytest.skip("this system does not tell a process's memory")
    with ReaderPool(1, memory=700 << 20) as pool:
        assert [o.reason for o in pool.run([job(tmp_path, "greedy", "greedy"), job(tmp_path, "a")])] == ["memory", ""]


def test_worker_protocol(tmp_path):
    good = {**job(tmp_path, "a").__dict__, "alarm": 60}
    bad = {**job(tmp_path, "f", "failing").__dict__, "alarm": 60}
    out = io.BytesIO()
    serve(io.BytesIO(b"".join(json.dumps(j).encode() + b"\n" for j in (good, bad))), out)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first["parts"] == ["00000-passages.parquet", "00001-works.parquet"]
    assert second["reason"] == "reader-crashed"


def test_parts_hold_what_the_reader_yields(tmp_path):
    task = job(tmp_path, "a")
    outcome = perform(task)
    rows = [
        row for table, row in stream_file(Path(task.path), relative=task.relative, source="books", rights=RIGHTS) if table == "passages"
    ]
    assert pl.read_parquet(Path(task.out) / outcome.parts[0]).to_dicts() == rows


def mixed(*_: object, **__: object):
    """Yield three conversations, the second in a frame, and a reject behind each."""
    file = context("conversation_corpora", "corpora/a.jsonl")
    for name in ("a", "b", "c"):
        table, row = file.conversation([("user", name), ("assistant", "Yes.")], file.provenance(), {})
        yield (table, frame_of(table, [row])) if name == "b" else (table, row)
        yield file.reject("damaged", name)


def test_frames_among_rows_keep_their_place(tmp_path):
    task = job(tmp_path, "a", "mixed")
    parts = perform(task).parts
    assert [part[6:-8] for part in parts] == ["conversations", "conversations", "rejects", "conversations"]
    talks = pl.concat([pl.read_parquet(Path(task.out) / part) for part in parts if "conversations" in part])
    assert [turns[0]["content"] for turns in talks["turns"]] == ["a", "b", "c"]
    assert talks.schema == polars_schema(MODELS["conversations"])


def test_rejects_and_deadlines(tmp_path):
    row = rejected(job(tmp_path, "a"), "f" * 64, Outcome(reason="timeout", detail="slow"))
    assert (row["reason"], row["file_sha256"]) == ("timeout", "f" * 64)
    assert row["remedy"]
    assert deadline_of(100 << 20) > deadline_of(0) > 0


def test_a_reader_that_cannot_start_stops_the_run_instead_of_blaming_the_files(tmp_path, monkeypatch):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "polars.py").write_text("raise ImportError('no such engine')\n")
    monkeypatch.setattr("sys.path", [str(tmp_path / "broken"), *sys.path])
    with ReaderPool(1) as pool, pytest.raises(ReaderStartError, match="no such engine"):
        list(pool.run([job(tmp_path, "a")]))


def pids() -> set[int]:
    return {child.pid for child in psutil.Process().children() if any(arg.endswith("adapters.isolation") for arg in command_of(child))}


def command_of(process: psutil.Process) -> list[str]:
    """Return the command line of a process; one that another test left and that ends just now has none."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def test_readers_stay_for_the_next_source_and_go_when_none_comes(tmp_path, monkeypatch):
    monkeypatch.setattr(isolation, "_IDLE_SECONDS", 0.5)
    isolation._KEPT.dismiss()
    with ReaderPool(1) as pool:
        assert [o.reason for o in pool.run([job(tmp_path, "a"), job(tmp_path, "b")])] == ["", ""]
    first = pids()
    with ReaderPool() as pool:
        assert [o.reason for o in pool.run([job(tmp_path, "c")])] == [""]
        assert pids() == first
    assert len(first) == 1
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in first], timeout=20)
    assert not alive


def test_a_pool_has_its_own_deadline_and_memory_with_readers_that_stayed(tmp_path):
    with ReaderPool(1) as pool:
        assert [o.reason for o in pool.run([job(tmp_path, "a")])] == [""]
    with ReaderPool(1, deadline=lambda _: 2.0) as pool:
        assert [o.reason for o in pool.run([job(tmp_path, "hang", "hanging"), job(tmp_path, "b")])] == ["timeout", ""]


def test_no_reader_stays_where_a_source_failed(tmp_path):
    isolation._KEPT.dismiss()
    with pytest.raises(KeyboardInterrupt), ReaderPool(1) as pool:
        list(pool.run([job(tmp_path, "a")]))
        raise KeyboardInterrupt
    assert not pids()
