"""A build is killed in every group of the graph: the next one takes up its work, and the last leaves what an undisturbed one leaves."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.faults.builds import Build, differences, home_of, leases, published, rows, runs, until
from empathy_assets_tests.journeys.commands import environment

pytestmark = pytest.mark.slow

KILLED_IN = {
    "sourcing": "books",
    "scoring": "crisis_detector",
    "generation": "bias_samples",
    "stages": "expertise",
    "gating": "gated",
    "splitting": "split",
    "release": "ready_package",
}
"""A step of each group, in the order in which they run."""


def litter(home: Path) -> list[Path]:
    """Return the scratch that lies below a folder."""
    return list(home.rglob(".*.part"))


def reading(home: Path, pid: int) -> bool:
    """Return whether a build has readers at work."""
    return bool(list(home.rglob(".reading.*.part"))) and bool(psutil.Process(pid).children())


def holds(home: Path, storage: Path, run: str) -> bool:
    """Return whether the lease was renewed since the run's step `ready_package` began: what follows writes to the catalogue once more."""
    log = home / f".dagster/storage/history/runs/{run}.db"
    begun = rows(log, "SELECT timestamp FROM event_logs WHERE dagster_event_type = 'STEP_START' AND step_key = 'ready_package'")
    taken = rows(storage / "catalogue.sqlite", "SELECT taken_at FROM empathy_leases")
    return bool(begun and taken and taken[0] > begun[0])


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Keep everybody else from writing to a SQLite file."""
    connection = sqlite3.connect(database, timeout=60, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield
    connection.close()


_NEVER_BEGAN = """
import os, signal
from pathlib import Path
from empathy_assets.adapters.settings import Settings
from empathy_assets.console.build import instance_for, whose
from empathy_assets.definitions import build_defs
job = build_defs(Settings.from_env()).resolve_implicit_global_asset_job_def()
instance_for(Path.cwd()).create_run_for_job(job, tags=whose())
os.kill(os.getpid(), signal.SIGKILL)
"""


def never_began(home: Path) -> None:
    """Let a process be killed that has made its run and not begun it."""
    dying = subprocess.run([sys.executable, "-c", _NEVER_BEGAN], cwd=home, env=environment(home), check=False)
    assert dying.returncode == -signal.SIGKILL
    assert runs(home)[-1][1] == "NOT_STARTED"


def test_a_build_killed_in_every_group_goes_on_each_time_and_ends_with_the_same_bytes(built: Built, tmp_path: Path) -> None:
    """Each build comes through the group its forerunner died in and dies in the next: seven kills, and one build that ends.

    Only the build itself is killed, as the system does when memory runs out: its workers have to notice and end by themselves. Two more
    die where nobody sees it: between the package's rename into place and its row in the catalogue, and before a run has begun.
    """
    home = home_of(tmp_path / "home", built, "reading", "generation")  # so that workers read and write when the build dies
    storage = home / "data"
    helpers: list[psutil.Process] = []
    killed: list[tuple[str, str]] = []
    left: list[Path] = []
    for group, step in KILLED_IN.items():
        build = Build.start(home, EMPATHY_WORKERS="2")
        run = build.until_step(step, {name for name, _ in killed})
        if left:
            assert not [path for path in left if path.exists()], "the scratch of the killed build is still there"
            assert "of builds that were killed are removed" in " ".join(build.said().split())
        if group == "sourcing":
            until(lambda build=build: reading(home, build.process.pid), "readers started", build.process)
        helpers += psutil.Process(build.process.pid).children(recursive=True)
        os.kill(build.process.pid, signal.SIGKILL)
        assert build.process.wait() == -signal.SIGKILL
        assert not published(storage), f"a package stands though the build was killed in {group}"
        assert runs(home) == [*killed, (run, "STARTED")], f"the run that was killed before {group} is not closed"
        killed.append((run, "FAILURE"))
        left = litter(home)
        assert left or group != "sourcing", "a reader that is killed leaves its scratch"
        if group in ("gating", "splitting", "release"):  # its lease is left behind, and stops nobody
            assert leases(storage) == [("next", build.process.pid)]
    assert helpers
    assert psutil.wait_procs(helpers, timeout=30)[1] == [], "a worker outlived its build"

    unpublished = Build.start(home)
    run = unpublished.until_step("ready_package", {name for name, _ in killed})
    until(lambda: holds(home, storage, run), "its step held the lease", unpublished.process)
    with locked(storage / "catalogue.sqlite"):  # so that the package stands, and its row waits
        until(lambda: published(storage), "the package stood", unpublished.process)
        os.kill(unpublished.process.pid, signal.SIGKILL)
        unpublished.process.wait()
    assert rows(storage / "catalogue.sqlite", "SELECT release FROM empathy_releases") == []
    never_began(home)

    last = Build.start(home)
    facts = last.facts()
    assert not facts["changed"], "the package was complete"
    assert facts["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert [state for _, state in runs(home)] == ["FAILURE"] * (len(KILLED_IN) + 2) + ["SUCCESS"]
    assert litter(home) == []
    assert differences(storage, Path(built.settings.storage)) == [], "something is lost, doubled or left over"
    assert rows(storage / "catalogue.sqlite", "SELECT release, merkle_root FROM empathy_releases") == [("next", facts["merkle_root"])]
