"""Tests of the entry point: what a process pays for the definitions, it pays once."""

import subprocess
import sys

import pytest

from empathy_assets.definitions import defs

SETTLED = """
import gc
from empathy_assets.definitions import build_defs
build_defs()
first = gc.get_freeze_count()
build_defs()
print(first, gc.get_freeze_count(), gc.isenabled())
"""


def test_definitions_are_built_once_for_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPATHY_SCALE", "0.5")
    found = defs()
    assert defs() is found
    monkeypatch.setenv("EMPATHY_SCALE", "0.25")
    assert [definitions.resources["workspace"].scale for definitions in (found, defs())] == [0.5, 0.25]


def test_what_is_imported_is_left_to_the_end_of_the_process_and_later_garbage_is_not() -> None:
    done = subprocess.run([sys.executable, "-c", SETTLED], capture_output=True, text=True, check=True)
    first, second, enabled = done.stdout.split()
    assert int(first) > 50_000
    assert int(second) <= int(first)
    assert enabled == "True"
