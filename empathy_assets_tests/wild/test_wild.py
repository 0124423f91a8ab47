"""The wild table: every file of a folder has the outcome its manifest names, and no file vanishes.

`manifest.toml` describes small files of our own words, each with one peculiarity of real ones (`build.py` makes them); it always runs.
`samples.toml` describes a collection of 122 real files that is not part of this project; it runs where `EMPATHY_SAMPLES` names the
folder that holds them:

    EMPATHY_SAMPLES=path/to/samples uv run pytest empathy_assets_tests/wild -q
"""

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from empathy_assets.adapters.landing import read_paths
from empathy_assets.engines.reading.kinds import detect_source
from empathy_assets_tests.wild.build import build
from empathy_assets_tests.wild.expectation import KEYS, KINDS, Record, problems

_HERE = Path(__file__).parent
# Read here, because a fixture every test has clears the variables of this project.
_SAMPLES = os.environ.get("EMPATHY_SAMPLES", "")
_HOW = "set EMPATHY_SAMPLES to the folder with the real files to run their table too"
_RIGHTS = '["**"]\nlicence = "CC0-1.0"\norigin = "the wild table"\n'


def _manifest(name: str) -> dict[str, dict[str, Any]]:
    folders = tomllib.loads((_HERE / name).read_text(encoding="utf-8"))
    return {(Path(folder) / file).as_posix(): entry for folder, files in folders.items() for file, entry in files.items()}


_MANIFESTS = {"made": _manifest("manifest.toml"), "samples": _manifest("samples.toml")}
_SKIPPED = pytest.mark.skipif(not _SAMPLES, reason=_HOW)
_TABLES = ["made", pytest.param("samples", marks=_SKIPPED)]
_CASES = [("made", file) for file in _MANIFESTS["made"]] + [
    pytest.param("samples", file, marks=_SKIPPED) for file in (_MANIFESTS["samples"] if _SAMPLES else ["the real files"])
]


@dataclass(frozen=True)
class Outcome:
    """What a folder gave, by file."""

    folder: Path
    records: dict[str, list[Record]]
    rejects: dict[str, list[Record]]

    @property
    def files(self) -> set[str]:
        """The files that lie in the folder and are to be read."""
        found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())
        return {name for name in found if not name.startswith(("README", "."))}


def _by_file(rows: list[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for row in rows:
        found.setdefault(row["file"] if "file" in row else row["provenance"]["file"], []).append(row)
    return found


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcome]:
    """What each table's folder gives; a folder is read once, in one call, as the command does it."""

    @cache
    def read(table: str) -> Outcome:
        scratch = tmp_path_factory.mktemp(table)
        folder = Path(_SAMPLES) if table == "samples" else build(scratch / "landing")
        rights = scratch / "rights.toml"
        rights.write_text(_RIGHTS, encoding="utf-8")
        landed = read_paths([folder], rights)
        records = [*landed.passages.to_dicts(), *landed.conversations.to_dicts()]
        return Outcome(folder.absolute(), _by_file(records), _by_file(landed.rejects.to_dicts()))

    return read


@pytest.mark.parametrize(("table", "file"), _CASES)
def test_a_file_has_the_outcome_its_entry_names(outcome: Callable[[str], Outcome], table: str, file: str) -> None:
    found, entry = outcome(table), _MANIFESTS[table][file]
    records, kind = found.records.get(file, []), KINDS[detect_source(found.folder / file)]
    wrong = problems(entry, kind, records, found.rejects.get(file, []))
    assert not wrong, "\n".join([f"{file}: {entry['why']}", *wrong])
    if twin := entry.get("same_work"):
        assert {r["provenance"]["work_id"] for r in [*records, *found.records[twin]]} == {records[0]["provenance"]["work_id"]}


@pytest.mark.parametrize("table", _TABLES)
def test_every_file_of_a_folder_has_an_entry_and_every_entry_a_file(outcome: Callable[[str], Outcome], table: str) -> None:
    assert outcome(table).files == set(_MANIFESTS[table])


@pytest.mark.parametrize("table", _TABLES)
def test_no_file_vanishes(outcome: Callable[[str], Outcome], table: str) -> None:
    found = outcome(table)
    assert found.files - set(found.records) - set(found.rejects) == set()


def test_every_entry_says_what_is_peculiar_in_keys_that_are_known() -> None:
    entries = {file: entry for table in _MANIFESTS.values() for file, entry in table.items()}
    assert [file for file, entry in entries.items() if not entry.get("why") or "kind" not in entry or set(entry) - KEYS] == []
