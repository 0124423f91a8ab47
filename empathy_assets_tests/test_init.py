"""Tests of what the package says before anything else is loaded: how long polars' allocator holds on to memory."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the allocator of polars on other systems is another one")

VARIABLE = "_RJEM_MALLOC_CONF"
TAKEN_AGAIN = """
import resource, time
import empathy_assets
import polars as pl

def take_and_let_go():
    return int((pl.int_range(4_000_000, eager=True) + 1).sum())

take_and_let_go()
time.sleep(1.5)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
take_and_let_go()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
PAGES = 4_000_000 * 8 // os.sysconf("SC_PAGE_SIZE")


def pages_given_anew(**said: str) -> int:
    """Return how many pages the system gives anew for a table as large as one let go of before."""
    env = {name: value for name, value in os.environ.items() if name != VARIABLE} | said
    done = subprocess.run([sys.executable, "-c", TAKEN_AGAIN], env=env, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_memory_let_go_of_is_there_for_the_next_step() -> None:
    assert pages_given_anew() < PAGES / 4


def test_who_has_set_the_allocator_is_heard() -> None:
    assert pages_given_anew(**{VARIABLE: "dirty_decay_ms:0"}) > PAGES / 2
