"""Tests of what all tests share: files that take longest come first, in any order of collection."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from empathy_assets_tests.conftest import LONG, pytest_collection_modifyitems

HERE = Path(__file__).parent


def test_the_files_that_come_first_exist() -> None:
    assert [name for name in LONG if not (HERE / name).exists()] == []


def test_long_files_come_first_and_the_rest_stays_as_it_was(pytestconfig: pytest.Config) -> None:
    names = ["adapters/test_disk.py", LONG[1], "engines/x/test_y.py", LONG[0]]
    items: Any = [
        SimpleNamespace(path=path, get_closest_marker=lambda _: None)
        for path in [*(HERE / name for name in names), Path("/elsewhere/test_z.py")]
    ]
    pytest_collection_modifyitems(pytestconfig, items)
    assert [item.path for item in items] == [HERE / LONG[0], HERE / LONG[1], HERE / names[0], HERE / names[2], Path("/elsewhere/test_z.py")]
