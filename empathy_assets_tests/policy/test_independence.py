"""Tests that the benchmark was not trained on, and that the repository holds no row of labelled data that is not ours to pass on."""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from empathy_assets.adapters.identity import PROJECT
from empathy_assets.adapters.labelled import read_labelled
from empathy_assets.engines.scoring.bundle import MODELS_DIR
from empathy_assets.policy.load import POLICY_DIR

# Read on import: the tests' clean environment takes every EMPATHY_* variable away.
LABELLED = os.environ.get("EMPATHY_LABELLED", "")
TEXT_FILES = {".py", ".md", ".toml", ".json", ".jsonl", ".txt", ".csv", ".yaml", ".html", ".srt", ".vtt", ".xml"}
SKIPPED = {"__pycache__", ".git", ".venv", "data", ".dagster", ".pytest_cache", ".ruff_cache"}
SAME_SHARE, SAME_RUN, GRAMS = 0.3, 8, 5
COPIED_SHARE, LONG_RUN, LEAST_WORDS = 0.5, 14, 12

Shingle = tuple[str, ...]


def words(text: str) -> list[str]:
    """Words in lower case, apostrophes dropped; figures are not words: columns of numbers are alike everywhere."""
    return re.findall(r"[^\W\d_]+", re.sub(r"['’]", "", text.lower()))


def shingles(text: str, size: int) -> set[Shingle]:
    """All runs of `size` words."""
    found = words(text)
    return set(zip(*(found[i:] for i in range(size)), strict=False))


def strings(value: Any) -> Iterator[str]:
    """All strings inside a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def texts(folder: Path) -> dict[str, str]:
    """`file:line` -> everything that is said in a row of the JSONL files of a folder."""
    return {
        f"{path.name}:{n}": "\n".join(strings(json.loads(line)))
        for path in sorted(folder.glob("*.jsonl"))
        for n, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1)
        if line.strip()
    }


def overlaps(benchmark: dict[str, str], training: dict[str, str]) -> list[str]:
    """Pairs of a benchmark text and a training text that share a long run of words or much of their five-word runs."""
    runs, grams = _index(training, SAME_RUN), _index(training, GRAMS)
    sizes = {name: len(shingles(text, GRAMS)) for name, text in training.items()}
    found = [
        f"{mine} and {name}: {' '.join(run)}"
        for mine, text in benchmark.items()
        for run in shingles(text, SAME_RUN)
        for name in runs.get(run, ())
    ]
    for mine, text in benchmark.items():
        own = shingles(text, GRAMS)
        shared: dict[str, int] = {}
        for gram in own:
            for name in grams.get(gram, ()):
                shared[name] = shared.get(name, 0) + 1
        found += [f"{mine} and {name}: {n} shared" for name, n in shared.items() if n / (len(own) + sizes[name] - n) >= SAME_SHARE]
    return found


def _index(rows: dict[str, str], size: int) -> dict[Shingle, list[str]]:
    index: dict[Shingle, list[str]] = {}
    for name, text in rows.items():
        for run in shingles(text, size):
            index.setdefault(run, []).append(name)
    return index


def test_the_benchmark_shares_no_text_with_the_training_rows() -> None:
    benchmark = {row["id"]: row["text"] for row in read_labelled(POLICY_DIR / "benchmarks" / "crisis.jsonl")}
    training = texts(MODELS_DIR / "training")
    assert training
    assert not overlaps(benchmark, training)


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("The kettle sang while nobody in the whole long street was awake to hear it.", True),
        ("Yesterday the kettle sang while nobody in the whole long street stirred, and then we moved on to other matters.", True),
        ("the kettle sang and nobody was awake", False),
    ],
)
def test_a_copied_text_would_be_found(text: str, copied: bool) -> None:
    own = {"b-1": "The kettle sang while nobody in the whole long street was awake to hear it."}
    assert bool(overlaps(own, {"t:1": text})) is copied


def _repository_files() -> Iterable[Path]:
    for path in sorted(PROJECT.rglob("*")):
        if path.suffix in TEXT_FILES and path.is_file() and not SKIPPED & set(path.relative_to(PROJECT).parts):
            yield path


def said(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of every string of a data file: values of JSON, cells of tables, else lines; never names of fields."""
    content = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".json":
        yield from ((1, text) for text in strings(json.loads(content)))
    elif path.suffix in {".csv", ".tsv"}:
        csv.field_size_limit(1 << 30)
        table = csv.reader(io.StringIO(content, newline=""), delimiter="\t" if path.suffix == ".tsv" else ",")
        yield from ((table.line_num, cell) for row in table for cell in row)
    else:
        for n, line in enumerate(content.split("\n"), start=1):
            yield from ((n, text) for text in (strings(json.loads(line)) if path.suffix == ".jsonl" and line.strip() else [line]))


class Repository:
    """The runs of words of some files."""

    def __init__(self, files: dict[str, str]) -> None:
        self.short = {run: name for name, text in files.items() for run in shingles(text, SAME_RUN)}
        self.long = {run: name for name, text in files.items() for run in shingles(text, LONG_RUN)}

    def copy_of(self, text: str) -> str:
        """Where a text, or a long run of it, stands; empty when it does not.

        A run of eight common words ("I don't know what I'm going to do") is said by many; a row is taken for a copy when half of its
        runs of eight words are ours, or a single run too long for chance.
        """
        own = shingles(text, SAME_RUN)
        shared = sorted(own & self.short.keys())
        if not shared:
            return ""
        run = min(shingles(text, LONG_RUN) & self.long.keys(), default=None)
        if run:
            return f"{self.long[run]}: {' '.join(run)}"
        whole = len(words(text)) >= LEAST_WORDS and len(shared) >= COPIED_SHARE * len(own)
        return f"{self.short[shared[0]]}: {' '.join(shared[0])}" if whole else ""


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("The kettle sang while nobody in the whole long street was awake to hear it.", True),
        (
            "Someone wrote that the kettle sang while nobody in the whole long street was awake to hear it, and then went on about boats.",
            True,
        ),
        ("nobody in the whole long street was awake when the bakers began to carry their trays of bread into the cold little shop", False),
        ("", False),
    ],
)
def test_a_row_in_the_repository_would_be_found(text: str, copied: bool) -> None:
    ours = Repository({"a.md": "The kettle sang while nobody in the whole long street was awake to hear it."})
    assert bool(ours.copy_of(text)) is copied


@pytest.mark.skipif(not LABELLED, reason="EMPATHY_LABELLED names no folder of labelled data")
def test_no_row_of_labelled_data_is_in_the_repository() -> None:
    ours = Repository(
        {str(p.relative_to(PROJECT)): p.read_text(encoding="utf-8", errors="replace") for p in _repository_files()},
    )
    files = sorted(p for p in Path(LABELLED).rglob("*") if p.suffix in TEXT_FILES | {".tsv"} and p.stem.lower() != "readme")
    assert files
    hits = [f"{path.name} line {n} in {where}" for path in files for n, text in said(path) if (where := ours.copy_of(text))]
    assert not hits, "\n".join(hits)
