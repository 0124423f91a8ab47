"""Tests of processes: this one lives and began once; a dead one does not live; a worker starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from empathy_assets.adapters.processes import alive, at_work, began, worker


def test_this_process_lives_and_one_that_ended_does_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert alive(os.getpid())
    assert not alive(child.pid)


def test_a_process_begins_once() -> None:
    assert began(os.getpid()) == began(os.getpid())
    assert began(os.getpid()) != began(os.getppid()) or not began(os.getpid())


def test_the_number_of_a_process_alone_does_not_make_it_the_same() -> None:
    assert at_work(os.getpid(), began(os.getpid()))
    assert at_work(os.getpid(), "")
    assert not at_work(os.getpid(), "an earlier boot 4711") or not began(os.getpid())


def test_a_worker_finds_what_this_process_finds_and_is_spoken_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "echoing.py").write_text(
        "import os\nprint(input(), os.environ['POLARS_MAX_THREADS'], os.environ['_RJEM_MALLOC_CONF'])\n", encoding="utf-8"
    )
    monkeypatch.setattr("sys.path", [str(tmp_path), *sys.path])
    said, _ = worker("echoing").communicate(b"hello\n", timeout=60)
    # What a reader let go of must not count as what it holds: polars' own half second, whatever this process does.
    assert said.split() == [b"hello", b"1", b"dirty_decay_ms:500"]
