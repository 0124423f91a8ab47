"""Two builds of one release on one storage root: one wins, the other is told who holds it, and the package is whole."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.faults.builds import Build, differences, home_of, leases, until
from empathy_assets_tests.faults.test_postgres import asked

pytestmark = pytest.mark.slow


def second_is_refused(built: Built, folder: Path, held: Callable[[], list[tuple[object, ...]]], **catalogue: str) -> Build:
    """Start a build, halt it where it has the lease, so that a second one always meets it, and return it, going on.

    Each has a cache and run state of its own, as on two machines: only storage root and catalogue are shared.
    """
    first, second = (home_of(folder / name, built) for name in ("first", "second"))
    shared = {"EMPATHY_STORAGE": str(folder / "data"), **catalogue}
    winner = Build.start(first, **shared)
    until(lambda: held() == [("next", winner.process.pid)], "the lease was taken", winner.process)
    os.killpg(winner.process.pid, signal.SIGSTOP)
    try:
        refused = Build.start(second, **shared)
        refused.facts(expect=1)
    finally:
        os.killpg(winner.process.pid, signal.SIGCONT)
    said = refused.said()
    assert said.count("release next is being built by run ") == 1, said
    assert f"(process {winner.process.pid} on " in said
    assert "Wait for its end, or stop it, and start again." in said
    assert "Traceback" not in said
    assert held() == [("next", winner.process.pid)]
    return winner


def test_with_a_catalogue_beside_the_data_the_second_build_is_refused(built: Built, tmp_path: Path) -> None:
    winner = second_is_refused(built, tmp_path, lambda: list(leases(tmp_path / "data")))
    winner.end()


def test_with_postgresql_the_second_build_is_refused_and_the_first_completes(built: Built, postgres_url: str, tmp_path: Path) -> None:
    """The dead holder that a later build does not wait for is met in `test_kills`."""

    def held() -> list[tuple[object, ...]]:
        return asked(postgres_url, "SELECT release, pid FROM empathy_leases")

    winner = second_is_refused(built, tmp_path, held, EMPATHY_DATABASE_URL=postgres_url)
    facts = winner.facts()
    assert facts["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert differences(tmp_path / "data", Path(built.settings.storage)) == []
    assert asked(postgres_url, "SELECT release, merkle_root FROM empathy_releases") == [("next", facts["merkle_root"])]
