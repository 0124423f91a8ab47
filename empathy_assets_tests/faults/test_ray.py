"""Ray loses its worker, or the build that started it, in the middle of scoring: the same bytes, and no process left."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.faults.builds import Build, differences, home_of, published, until

pytestmark = pytest.mark.slow
BUSY = "ray::_Worker.apply"  # how Ray titles an actor at work
AGENTS = ("ray::DashboardAgent", "ray::RuntimeEnvAgent")


def descendants(build: Build) -> list[tuple[str, psutil.Process]]:
    """Return the processes that a build has started, all of Ray among them, with their titles."""
    found = []
    for process in psutil.Process(build.process.pid).children(recursive=True):
        try:
            found.append((" ".join(process.cmdline()), process))
        except psutil.Error:  # it ended meanwhile
            continue
    return found


def scoring(build: Build) -> list[psutil.Process]:
    """Return the actors of a build that score at this moment."""
    return [process for title, process in descendants(build) if title.startswith(BUSY)]


def test_scoring_goes_on_when_its_worker_is_killed_and_ends_with_its_build(built: Built, tmp_path: Path) -> None:
    home = home_of(tmp_path / "home", built)
    unscored = max((home / "cache/staging").iterdir(), key=lambda entry: entry.stat().st_size)
    whole = unscored.read_bytes()
    unscored.unlink()
    ray = {"EMPATHY_COMPUTE": "ray", "EMPATHY_RAY_ACTORS": "1"}

    dying = Build.start(home, **ray)
    until(lambda: bool(scoring(dying)), "an actor scored", dying.process)
    # Ray's two agents compute nothing and look for the rest of Ray about once a minute; they end then.
    cluster = [process for title, process in descendants(dying) if not title.startswith(AGENTS)]
    os.kill(dying.process.pid, signal.SIGKILL)
    dying.process.wait()
    assert psutil.wait_procs(cluster, timeout=60)[1] == [], "a part of Ray outlived its build"
    assert not unscored.exists()
    assert not published(home / "data")

    build = Build.start(home, **ray)
    until(lambda: bool(scoring(build)), "an actor scored", build.process)
    (actor,) = scoring(build)
    actor.kill()
    assert not unscored.exists(), "the kill came too late to count"
    assert build.facts()["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert unscored.read_bytes() == whole
    assert differences(home / "data", Path(built.settings.storage)) == []
