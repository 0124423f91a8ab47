"""Tests of processes: this one lives and began once; a dead one does not live."""

import os
import subprocess
import sys

from empathy_assets.adapters.processes import alive, at_work, began


def test_this_process_lives_and_one_that_ended_does_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert alive(os.getpid())
    assert not alive(child.pid)


def test_a_process_begins_once() -> None:
    assert began(os.getpid()) == began(os.getpid())
    assert began(os.getpid()) != began(os.getppid()) or not began(os.getpid())


def test_the_number_of_a_process_alone_does_not_make_it_the_same() -> None:
    assert at_work(os.getpid(), began(os.getpid()))
    assert at_work(os.getpid(), "")
    assert not at_work(os.getpid(), "an earlier boot 4711") or not began(os.getpid())
