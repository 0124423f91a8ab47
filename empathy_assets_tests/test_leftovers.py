"""A run of tests that leaves a process behind fails, names it and ends it."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from empathy_assets_tests import leftovers

LEAVES = """
import pathlib
import subprocess
import time

import psutil

def test_that_leaves_a_process() -> None:
    command = ["sleep", "600"]
    process = subprocess.Popen(command, start_new_session=True)
    while not psutil.Process(process.pid).environ():  # the kernel sets it a moment after Popen returned: on a busy machine, late
        time.sleep(0.01)
    pathlib.Path("left.txt").write_text(str(process.pid))
"""
TIDY = """
import subprocess

def test_that_waits_for_its_process() -> None:
    assert subprocess.Popen(["true"]).wait() == 0
"""


@pytest.fixture
def impatient(tmp_path: Path) -> Path:
    """A plugin that waits for nothing."""
    (tmp_path / "impatient.py").write_text("from empathy_assets_tests import leftovers\nleftovers._PATIENCE = 0.2\n")
    return tmp_path


def ran(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Run one test in a process of its own that looks for leftovers."""
    (folder / "test_one.py").write_text(test)
    plugins = ("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "empathy_assets_tests.leftovers", "-p", "impatient")
    command = [sys.executable, "-m", "pytest", "-q", *plugins, "--rootdir", str(folder), "test_one.py"]
    root = str(Path(leftovers.__file__).parents[1])
    env = {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{folder}"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_a_run_that_leaves_a_process_fails_names_it_and_ends_it(impatient: Path) -> None:
    done = ran(impatient, LEAVES)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout + done.stderr
    pid = int((impatient / "left.txt").read_text())
    assert "1 passed" in done.stdout
    assert f"{pid}  sleep 600" in done.stdout
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_run_that_leaves_nothing_passes(impatient: Path) -> None:
    done = ran(impatient, TIDY)
    assert done.returncode == 0, done.stdout + done.stderr
