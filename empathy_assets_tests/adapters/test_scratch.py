"""Tests of scratch: what a killed process leaves is recognised and removed, what a living one writes is left alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from empathy_assets.adapters import scratch
from empathy_assets.adapters.scratch import Swept, mark, scratch_file, scratch_folder, sweep

_LEAVES = """
import sys, tempfile, time
from pathlib import Path
from empathy_assets.adapters.scratch import scratch_file, scratch_folder, temporary
root = Path(sys.argv[1])
scratch_file(root / "books", "data.parquet").write_bytes(b"half")
(scratch_folder(root / "cache", "reading") / "part").write_bytes(b"rows of a file")
with temporary("copy") as copy:
    (Path(copy) / "train.jsonl").write_bytes(b"a line")
    print("ready", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A storage root with a table and a cache, and a temporary folder of its own."""
    for name in ("root/books", "root/cache", "temporary"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "root/books/data.parquet").write_bytes(b"whole")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(scratch.tempfile, "tempdir", None)
    return tmp_path / "root"


def everything(root: Path) -> set[str]:
    return {path.relative_to(root.parent).as_posix() for path in root.parent.rglob("*") if path.is_file()}


def test_what_a_killed_process_left_goes_and_is_counted_and_what_a_living_one_writes_stays(root: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", _LEAVES, str(root)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout and writer.stdout.readline() == "ready\n"
    mine = scratch_file(root / "books", "data.parquet")
    assert sweep(root) == Swept(), "the writer lives"
    assert len(everything(root)) == 5

    writer.send_signal(signal.SIGKILL)
    writer.wait()
    swept = sweep(root)
    assert swept == Swept(3, len(b"half" + b"rows of a file" + b"a line"))
    assert str(swept).startswith("3 scratch files or folders (0.0 MiB) of builds that were killed")
    assert everything(root) == {"root/books/data.parquet", mine.relative_to(root.parent).as_posix()}
    assert not list((root / "cache").iterdir())
    assert sweep(root) == Swept()


@pytest.mark.parametrize("name", [".data.parquet.0123abcd~4711~0123abcd.x.part", ".crisis_detector-0123.part", ".data.parquet.x.part"])
def test_what_nobody_here_can_judge_goes_after_its_hours(name: str, root: Path) -> None:
    left = root / "books" / name
    left.write_bytes(b"half")
    assert sweep(root) == Swept()
    day_ago = time.time() - 25 * 3600
    os.utime(left, (day_ago, day_ago))
    assert sweep(root) == Swept(1, 4)
    assert not left.exists()


def test_a_later_process_with_the_number_of_a_dead_one_does_not_keep_its_scratch(root: Path) -> None:
    folder = scratch_folder(root / "cache", "reading")
    earlier = folder.rename(folder.with_name(folder.name.replace(mark().rpartition("~")[2], "0123abcd")))
    assert sweep(root).entries == 1
    assert not earlier.exists()


def test_hidden_files_of_others_and_folders_that_are_not_there_are_no_concern_of_it(root: Path) -> None:
    (root / ".gitkeep").write_bytes(b"")
    os.utime(root / ".gitkeep", (0, 0))
    (root.parent / "temporary/empathy-notes.part").write_bytes(b"")
    os.utime(root.parent / "temporary/empathy-notes.part", (0, 0))
    assert sweep(root, root / "absent") == Swept()
