"""The texts of the benchmarks a user keeps out of the training data: any mix of JSONL, JSON, CSV, TSV, Parquet and plain text files.

Lives here: finding the files, reading every text in them, their identity. Must not live here: matching (`engines.deduplicating`).
A benchmark need not have the shape of a dialogue: every string of a row, however deeply it is nested, counts as one of its texts.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets.records.ids import digest, file_sha256

VARIABLE = "EMPATHY_DECONTAMINATE"
_TABLES = {".csv": ",", ".tsv": "\t"}


class BenchmarkTextError(ValueError):
    """A benchmark that was named cannot be read; a release must not be built as if it had been compared."""


@dataclass(frozen=True)
class Benchmarks:
    """The texts by benchmark (the file's name), and a hash over the bytes of all files; empty where none is configured."""

    texts: dict[str, list[str]]
    sha256: str


def benchmark_files(named: str) -> list[Path]:
    """Return the files that `named` stands for: paths, folders and patterns with `*`, separated by commas.

    Raises:
        BenchmarkTextError: One of them leads to no file.
    """
    found: list[Path] = []
    for part in filter(None, (part.strip() for part in named.split(","))):
        path = Path(part).expanduser()
        matches = [path] if path.exists() else sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
        files = [file for match in matches for file in ([match] if match.is_file() else sorted(match.rglob("*"))) if file.is_file()]
        if not files:
            raise BenchmarkTextError(f"{VARIABLE} names {part!r}, where no file lies; correct the path, or take it out of the list.")
        found += files
    return sorted(set(found))


def benchmark_texts(named: str) -> Benchmarks:
    """Return the texts of the benchmark files `named` (see `benchmark_files`).

    Raises:
        BenchmarkTextError: A file is missing, cannot be read, or holds no text.
    """
    texts: dict[str, list[str]] = {}
    hashes: list[str] = []
    for file in benchmark_files(named):
        held = list(_texts(file))
        if not held:
            raise BenchmarkTextError(f"benchmark {file.name} holds no text; expected rows with strings. Correct {VARIABLE}.")
        texts.setdefault(file.name, []).extend(held)
        hashes.append(file_sha256(file))
    return Benchmarks(texts, digest(*hashes) if hashes else "")


def _texts(file: Path) -> Iterator[str]:
    suffix = file.suffix.lower()
    try:
        if suffix in {".jsonl", ".ndjson"}:
            for line in file.read_text(encoding="utf-8-sig").split("\n"):
                if line.strip():
                    yield from _strings(json.loads(line))
        elif suffix == ".json":
            yield from _strings(json.loads(file.read_text(encoding="utf-8-sig")))
        elif suffix in _TABLES:
            yield from _cells(pl.read_csv(file, separator=_TABLES[suffix], infer_schema=False))
        elif suffix == ".parquet":
            yield from _cells(pl.read_parquet(file))
        else:
            yield file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError, RecursionError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BenchmarkTextError(f"benchmark {file.name} cannot be read: {reason}. Mend the file, or take it out of {VARIABLE}.") from None


def _cells(table: pl.DataFrame) -> Iterator[str]:
    for column in table.iter_columns():
        yield from _strings(column.drop_nulls().to_list())


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
