"""The local disk is full, read-only or limited: one line with the remedy, the old state stands, and the next run completes."""

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from empathy_assets.adapters.releases import is_published
from empathy_assets.adapters.storage import storage_root
from empathy_assets_tests.adapters.packed import publish

_WRITE = """
import sys
from pathlib import Path
import polars as pl
from empathy_assets.adapters.storage import atomic_file, storage_root
frame = pl.DataFrame({"n": pl.int_range(1_000_000, eager=True).shuffle(seed=1)})
with atomic_file(storage_root(sys.argv[1]) / "books" / "data.parquet") as scratch:
    frame.write_parquet(scratch)
"""


def _write(root: Path, limit: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _WRITE, str(root)]
    return subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, timeout=60, check=False)


def _no_larger_than_a_mebibyte() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))


def _obey_file_modes() -> None:
    """Make root obey the modes of files as everybody does: CAP_DAC_OVERRIDE is dropped for what is executed."""
    if os.geteuid() == 0:
        ctypes.CDLL(None, use_errno=True).prctl(24, 1, 0, 0, 0)


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.strip().splitlines()[-1]


def test_a_file_that_may_not_grow_leaves_the_old_table_and_no_scratch(tmp_path: Path) -> None:
    table = tmp_path / "root" / "books" / "data.parquet"
    table.parent.mkdir(parents=True)
    table.write_bytes(b"old")
    done = _write(tmp_path / "root", _no_larger_than_a_mebibyte)
    assert done.returncode == 1
    assert "DiskError" in _last_line(done)
    assert "Raise the limit (ulimit -f)" in _last_line(done)
    assert [path.name for path in table.parent.iterdir()] == ["data.parquet"]
    assert table.read_bytes() == b"old"
    assert _write(tmp_path / "root").returncode == 0
    assert pl.read_parquet(table).height == 1_000_000


def test_a_root_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir(mode=0o555)
    done = _write(root, _obey_file_modes)
    assert done.returncode == 1
    assert f"{root}/books cannot be written: this user may not write there." in _last_line(done)
    assert list(root.iterdir()) == []
    root.chmod(0o755)
    assert _write(root).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one mebibyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False).returncode:
        pytest.skip("mounting needs root")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.integration
def test_a_full_disk_is_named_and_a_rerun_completes(small_disk: Path, tmp_path: Path) -> None:
    done = _write(small_disk)
    assert "the disk is full. Free space there" in _last_line(done)
    assert not list(small_disk.rglob("*.p*"))
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * 1_000_000)
    root = storage_root(str(small_disk))
    with pytest.raises(OSError, match="disk is full"):
        publish(root, "v0.1.0", small_disk)
    assert not is_published(root, "v0.1.0")
    ballast.unlink()
    assert publish(root, "v0.1.0", small_disk) == publish(str(tmp_path / "local"), "v0.1.0", tmp_path)


@pytest.mark.integration
def test_a_read_only_file_system_is_named_and_a_rerun_completes(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    assert "the file system is read-only. Remount it" in _last_line(_write(small_disk))
    subprocess.run(["mount", "-o", "remount,rw,size=32m", small_disk], check=True)
    assert _write(small_disk).returncode == 0
