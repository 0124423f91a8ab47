"""Two builds of one release on one storage root: one wins, the other is told who holds it, and the package is whole."""

import os
import signal
from pathlib import Path

import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.faults.builds import Build, differences, home_of, leases, until

pytestmark = pytest.mark.slow


def test_the_second_build_is_refused_with_the_holder_and_the_first_completes(built: Built, tmp_path: Path) -> None:
    """The first build halts where it has the lease, so that the second always meets it; a dead holder is met in `test_kills`."""
    storage = tmp_path / "data"
    first, second = (home_of(tmp_path / name, built) for name in ("first", "second"))
    winner = Build.start(first, EMPATHY_STORAGE=str(storage))
    until(lambda: leases(storage) == [("next", winner.process.pid)], "the lease was taken", winner.process)
    os.killpg(winner.process.pid, signal.SIGSTOP)
    try:
        refused = Build.start(second, EMPATHY_STORAGE=str(storage))
        refused.facts(expect=1)
    finally:
        os.killpg(winner.process.pid, signal.SIGCONT)
    said = refused.said()
    assert said.count("release next is being built by run ") == 1, said
    assert f"(process {winner.process.pid} on " in said
    assert "Wait for its end, or stop it, and start again." in said
    assert "Traceback" not in said
    assert winner.facts()["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert differences(storage, Path(built.settings.storage)) == []
