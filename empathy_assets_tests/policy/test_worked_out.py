"""Tests of what is kept beside policy: from disk for the same data and code, worked out again for anything else."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from empathy_assets.policy import worked_out as module
from empathy_assets.policy.worked_out import worked_out


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "FOLDER", tmp_path / "__pycache__")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    module._code.cache_clear()
    return tmp_path


@pytest.fixture
def ask(folder: Path) -> Callable[..., int]:
    made: list[str] = []

    def asked(key: str = "k", code: str = "x = 1\n") -> int:
        """Ask for a result by key and code, and return how often one has been worked out so far."""
        (folder / "code.py").write_text(code, encoding="utf-8")
        module._code.cache_clear()

        def compute() -> list[object]:
            made.append(key)
            return [f"result of {key}", 0.1, None]

        assert worked_out("thing", key, (folder / "code.py",), compute) == [f"result of {key}", 0.1, None]
        return len(made)

    return asked


def test_the_same_is_worked_out_once_other_data_or_code_anew(ask: Callable[..., int], folder: Path) -> None:
    assert [ask(), ask(), ask("other"), ask("other", "x = 2\n"), ask("other", "x = 2\n")] == [1, 1, 2, 3, 3]
    assert len(list((folder / "__pycache__").iterdir())) == 1


def test_a_damaged_file_is_as_good_as_none(ask: Callable[..., int], folder: Path) -> None:
    ask()
    next((folder / "__pycache__").iterdir()).write_bytes(b"\x80 no text")
    assert [ask(), ask()] == [2, 2]


def test_where_python_writes_no_bytecode_nothing_is_kept(ask: Callable[..., int], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert [ask(), ask()] == [1, 2]
    assert not (folder / "__pycache__").exists()


def test_a_folder_that_refuses_is_left_alone(ask: Callable[..., int], folder: Path) -> None:
    (folder / "__pycache__").write_text("a file in its place", encoding="utf-8")
    assert [ask(), ask()] == [1, 2]


def test_code_may_be_a_folder_of_modules(folder: Path) -> None:
    (folder / "engine").mkdir()
    results = []
    for text in ("x = 1\n", "x = 1\n", "x = 2\n"):
        (folder / "engine" / "a.py").write_text(text, encoding="utf-8")
        module._code.cache_clear()
        worked_out("thing", "k", (folder / "engine",), lambda: results.append(1))
    assert len(results) == 2
