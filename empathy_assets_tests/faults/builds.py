"""Builds that a test breaks: `empathy build` as a process of its own, what its event log says while it runs, and what it leaves behind.

Lives here: starting, watching, comparing. Must not live here: the faults themselves.
"""

import atexit
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.journeys.commands import SCALE, environment

INSTANCE = Path(__file__).parents[2] / "dagster.yaml"
PATIENCE = 300.0  # seconds; a machine with other work needs them


def home_of(folder: Path, built: Built, *cold: str) -> Path:
    """Make a folder to build in: with the shipped embedded instance, and the caches of a finished build but those named `cold`."""
    folder.mkdir()
    shutil.copy(INSTANCE, folder)
    shutil.copytree(built.settings.cache_dir, folder / "cache", ignore=lambda _, names: [name for name in names if name in cold])
    return folder


def until(happened: Callable[[], bool], what: str, process: subprocess.Popen[str] | None = None) -> None:
    """Wait until something has happened.

    Raises:
        AssertionError: It did not, or the process ended before it did.
    """
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert process is None or process.poll() is None, f"the build ended before {what}"
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {what}"
        time.sleep(0.02)


@dataclass
class Build:
    """An `empathy build --json` under way in `home`."""

    home: Path
    process: subprocess.Popen[str]
    printed: str = ""

    @classmethod
    def start(cls, home: Path, **variables: str) -> "Build":
        """Start it, as the leader of a group of processes."""
        said = (home / "stderr.txt").open("w")
        process = subprocess.Popen(
            ["empathy", "build", "--scale", SCALE, "--json"],
            cwd=home,
            env=environment(home, EMPATHY_CACHE=str(home / "cache"), **variables),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        )
        said.close()
        build = cls(home, process)
        atexit.register(build.end)  # a test that fails leaves none behind
        return build

    def until_step(self, step: str, known: set[str]) -> str:
        """Wait until this build, whose run is none of the `known`, is inside a step; return its run."""
        found: list[str] = []

        def inside() -> bool:
            found[:] = [run for run, _ in runs(self.home) if run not in known]
            return bool(found) and step in started(self.home, found[-1])

        until(inside, f"step {step} began", self.process)
        return found[-1]

    def facts(self, expect: int = 0) -> dict[str, Any]:
        """Wait for its end and return the facts it printed."""
        self.printed, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == expect, self.said()[-6000:]
        return json.loads(self.printed) if self.printed.strip() else {}

    def end(self) -> None:
        """Kill it and its group, if it is still there."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def said(self) -> str:
        """Return everything it wrote, after its end."""
        return f"{self.printed}\n{(self.home / 'stderr.txt').read_text()}"


def rows(database: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    """Return what a SQLite file holds; nothing while it is not there yet.

    It may have to be written to: a writer that was killed leaves a journal, which the next to open the file plays back.
    """
    if not database.exists():
        return []
    connection = sqlite3.connect(f"file:{database}?mode=rw", uri=True, timeout=1)
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.OperationalError:  # no table yet, or it is being made
        return []
    finally:
        connection.close()


def runs(home: Path) -> list[tuple[str, str]]:
    """Return the runs of the embedded instance with their states, oldest first."""
    return rows(home / ".dagster/storage/history/runs.db", "SELECT run_id, status FROM runs ORDER BY id")


def started(home: Path, run: str) -> list[str]:
    """Return the steps of a run that began, in order."""
    log = home / f".dagster/storage/history/runs/{run}.db"
    return [step for (step,) in rows(log, "SELECT step_key FROM event_logs WHERE dagster_event_type = 'STEP_START' ORDER BY id")]


def leases(storage: Path) -> list[tuple[str, int]]:
    """Return the releases that are leased on a local storage root, with the processes that hold them."""
    return rows(storage / "catalogue.sqlite", "SELECT release, pid FROM empathy_leases")


def published(storage: Path) -> bool:
    """Return whether a package of `next` stands on a local storage root."""
    return (storage / "releases/next/manifest.json").exists()


def differences(storage: Path, other: Path) -> list[str]:
    """Return which tables (by their rows) and packed files (by their bytes) differ between two local roots, or lie on one only."""
    one, two = _files(storage), _files(other)
    return sorted(set(one) ^ set(two)) + [name for name in sorted(set(one) & set(two)) if not _same(one[name], two[name])]


def _files(storage: Path) -> dict[str, Path]:
    files = {path.relative_to(storage).as_posix(): path for path in storage.rglob("*") if path.is_file()}
    return {name: path for name, path in files.items() if not name.startswith(("cache/", "catalogue.sqlite"))}


def _same(one: Path, two: Path) -> bool:
    if "releases" in one.parts or one.suffix != ".parquet":
        return one.read_bytes() == two.read_bytes()
    return pl.read_parquet(one).equals(pl.read_parquet(two))
