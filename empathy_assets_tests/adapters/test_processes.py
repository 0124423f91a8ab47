"""Tests of processes: this one lives and began once; a dead one does not live."""

import os
import subprocess
import sys

from empathy_assets.adapters.processes import alive, began


def test_this_process_lives_and_one_that_ended_does_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert alive(os.getpid())
    assert not alive(child.pid)


def test_a_process_begins_once() -> None:
    assert began(os.getpid()) == began(os.getpid())
    assert began(os.getpid()) != began(os.getppid()) or not began(os.getpid())
