"""Tests of the lease: two builds of one release never interleave, and a crash blocks nobody. On SQLite and on PostgreSQL."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from upath import UPath

from empathy_assets.adapters import leases
from empathy_assets.adapters.catalogue import FILE, Catalogue
from empathy_assets.adapters.leases import ReleaseBusyError, hold
from empathy_assets.adapters.processes import alive, began


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Catalogue:
    url = f"sqlite:///{tmp_path / FILE}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    return Catalogue(UPath(tmp_path / "root"), url)


def never(_run_id: str) -> bool:
    return False


def held_by(catalogue: Catalogue, **changes: object) -> None:
    """Rewrite who holds the lease of `next`."""
    with catalogue.transaction() as connection:
        connection.execute(sa.update(leases._LEASES).values(**changes))


def test_another_process_is_refused_with_who_holds_it_and_the_same_run_goes_on(catalogue: Catalogue) -> None:
    hold(catalogue, "next", "run-1", never)
    hold(catalogue, "next", "run-1", never)
    held_by(catalogue, pid=os.getppid(), began=began(os.getppid()))  # alive, and not this process
    with pytest.raises(ReleaseBusyError, match=rf"run run-1 \(process {os.getppid()} on .*expected one build at a time"):
        hold(catalogue, "next", "run-2", never)
    hold(catalogue, "v0.1.0", "run-2", never)  # another release


def test_a_run_that_ended_a_process_that_died_and_this_process_give_way(catalogue: Catalogue) -> None:
    hold(catalogue, "next", "run-1", never)
    hold(catalogue, "next", "run-2", never)  # one process runs one build at a time
    held_by(catalogue, pid=os.getppid(), began=began(os.getppid()))
    hold(catalogue, "next", "run-3", lambda run_id: run_id == "run-2")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not alive(child.pid)
    held_by(catalogue, pid=child.pid)
    assert hold(catalogue, "next", "run-4", never) == "run-3", "whose process is gone"
    assert hold(catalogue, "next", "run-4", never) == ""
    held_by(catalogue, host="elsewhere", pid=child.pid)
    with pytest.raises(ReleaseBusyError, match="on elsewhere"):
        hold(catalogue, "next", "run-5", never)


def test_a_later_process_with_the_number_of_a_dead_one_is_not_the_holder(catalogue: Catalogue) -> None:
    hold(catalogue, "next", "run-1", never)
    held_by(catalogue, pid=os.getppid(), began="an earlier boot 4711")
    hold(catalogue, "next", "run-2", never)
    held_by(catalogue, pid=os.getppid(), began="")  # taken where nothing tells processes apart
    with pytest.raises(ReleaseBusyError, match="run run-2"):
        hold(catalogue, "next", "run-3", never)


def test_of_many_that_ask_at_once_one_gets_it(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "_over", lambda holder, ended: False)
    outcome: list[str] = []

    def ask(run_id: str) -> None:
        try:
            hold(catalogue, "next", run_id, never)
            outcome.append("held")
        except ReleaseBusyError:
            outcome.append("refused")

    threads = [threading.Thread(target=ask, args=(f"run-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["held"] + ["refused"] * 5
