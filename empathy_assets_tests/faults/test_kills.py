"""A build is killed in every group of the graph: the next one takes up its work, and the last leaves what an undisturbed one leaves."""

import os
import signal
from pathlib import Path

import psutil
import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.faults.builds import Build, differences, home_of, leases, published, rows, runs, until

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


def test_a_build_killed_in_every_group_goes_on_each_time_and_ends_with_the_same_bytes(built: Built, tmp_path: Path) -> None:
    """Each build comes through the group its forerunner died in and dies in the next: seven kills, and one build that ends.

    Only the build itself is killed, as the system does when memory runs out: its workers have to notice and end by themselves.
    """
    home = home_of(tmp_path / "home", built, "reading", "generation")  # so that workers read and write when the build dies
    storage = home / "data"
    helpers: list[psutil.Process] = []
    killed: list[tuple[str, str]] = []
    for group, step in KILLED_IN.items():
        build = Build.start(home, EMPATHY_WORKERS="2")
        run = build.until_step(step, {name for name, _ in killed})
        if group == "sourcing":
            until(lambda build=build: bool(psutil.Process(build.process.pid).children()), "readers started", build.process)
        helpers += psutil.Process(build.process.pid).children(recursive=True)
        os.kill(build.process.pid, signal.SIGKILL)
        assert build.process.wait() == -signal.SIGKILL
        assert not published(storage), f"a package stands though the build was killed in {group}"
        assert runs(home) == [*killed, (run, "STARTED")], f"the run that was killed before {group} is not closed"
        killed.append((run, "FAILURE"))
        if group in ("gating", "splitting", "release"):  # its lease is left behind, and stops nobody
            assert leases(storage) == [("next", build.process.pid)]
    assert helpers
    assert psutil.wait_procs(helpers, timeout=30)[1] == [], "a worker outlived its build"

    last = Build.start(home)
    facts = last.facts()
    assert facts["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert [state for _, state in runs(home)] == ["FAILURE"] * len(KILLED_IN) + ["SUCCESS"]
    assert differences(storage, Path(built.settings.storage)) == [], "something is lost, doubled or left over"
    assert rows(storage / "catalogue.sqlite", "SELECT release, merkle_root FROM empathy_releases") == [("next", facts["merkle_root"])]
