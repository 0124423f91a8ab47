"""What curation is held against, in one sitting: `python -m empathy_assets_tests.benchmarks.reference IN... --out DIR`.

Two yardsticks on the same files: polars reading JSON lines and writing Parquet, nothing else; and the plain script anybody would write on
the library rensa, which is no dependency of this project (`uv run --with rensa python -m ...`): normalise, mask personal data by five
patterns, filter by length, drop exact copies by hash and near copies by MinHash, write JSONL; two processes. Seconds drift with the
machine, ratios hold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import re
import sys
import unicodedata
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets_tests.benchmarks.curation import megabytes
from empathy_assets_tests.benchmarks.measuring import Step, timed, write_figures

_CHUNK, _PERMUTATIONS, _THRESHOLD, _SHINGLE, _LEAST = 2_000, 128, 0.8, 5, 100
_SPACE = re.compile(r"\s+")
_MASKS = (
    ("[EMAIL]", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("[IP]", re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")),
    ("[SSN]", re.compile(r"\b\d{3}-\d{2}-\d{4}\b")),
    ("[CARD]", re.compile(r"\b(?:\d[ -]?){13,16}\b")),
    ("[PHONE]", re.compile(r"(?:\+?\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b")),
)


def whole_lines(paths: list[Path], out: Path) -> list[Path]:
    """Write the lines that are JSON, which is what polars reads, and return where."""
    made: list[Path] = []
    for path in paths:
        target = out / f"whole-{path.name}"
        with path.open("rb") as source, target.open("wb") as stream:
            stream.writelines(line for line in source if _is_json(line))
        made.append(target)
    return made


def _is_json(line: bytes) -> bool:
    try:
        return all(isinstance(message["content"], str) for message in json.loads(line)["messages"])
    except (ValueError, KeyError, TypeError):
        return False


def rewrite(paths: list[Path], out: Path) -> int:
    """Read JSON lines with polars and write them as Parquet; return the rows."""
    frame = pl.concat([pl.read_ndjson(path, infer_schema_length=1000) for path in paths], how="diagonal_relaxed")
    frame.write_parquet(out / "rewritten.parquet")
    return frame.height


def plain(lines: list[bytes]) -> list[tuple[str, str, str, list[str]]]:
    """Return id, cleaned record, hash of its text and its shingles for every line that holds a usable conversation."""
    found: list[tuple[str, str, str, list[str]]] = []
    for line in lines:
        try:
            record = json.loads(line)
            texts = [_masked(message["content"]) for message in record["messages"]]
            messages = [{"role": m["role"], "content": t} for m, t in zip(record["messages"], texts, strict=True)]
        except (ValueError, KeyError, TypeError):
            continue
        whole = " ".join(texts).lower()
        if len(whole) < _LEAST:
            continue
        words = whole.split()
        shingles = [" ".join(words[i : i + _SHINGLE]) for i in range(max(1, len(words) - _SHINGLE + 1))]
        row = json.dumps({"id": record["id"], "messages": messages}, ensure_ascii=False)
        found.append((record["id"], row, hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest(), shingles))
    return found


def _masked(text: str) -> str:
    text = _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    for name, pattern in _MASKS:
        text = pattern.sub(name, text)
    return text


def _signed(lines: list[bytes]) -> list[tuple[str, str, str, Any]]:
    sketches: Any = import_module("rensa")
    rows: list[tuple[str, str, str, Any]] = []
    for own, row, exact, shingles in plain(lines):
        sketch = sketches.RMinHash(num_perm=_PERMUTATIONS, seed=42)
        sketch.update(shingles)
        rows.append((own, row, exact, sketch))
    return rows


def _chunks(paths: list[Path]) -> Iterator[list[bytes]]:
    for path in paths:
        with path.open("rb") as stream:
            while chunk := list(islice(stream, _CHUNK)):
                yield chunk


def plain_script(paths: list[Path], out: Path, workers: int) -> int:
    """Curate with the plain script on rensa; return the rows kept."""
    seen: set[str] = set()
    rensa: Any = import_module("rensa")
    index = rensa.RMinHashDeduplicator(threshold=_THRESHOLD, num_perm=_PERMUTATIONS, use_lsh=True, num_bands=16)
    kept = 0
    with multiprocessing.get_context("spawn").Pool(workers) as pool, (out / "plain.jsonl").open("w", encoding="utf-8") as stream:
        for rows in pool.imap(_signed, _chunks(paths)):
            for own, row, exact, sketch in rows:
                if exact in seen:
                    continue
                seen.add(exact)
                if index.add(own, sketch):
                    stream.write(row + "\n")
                    kept += 1
    return kept


def main() -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("input", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    steps: list[Step] = []
    size = megabytes(chosen.input)
    whole = whole_lines(chosen.input, chosen.out)
    with timed(steps, "polars, JSONL to Parquet") as step:
        step.rows, step.text_mb = rewrite(whole, chosen.out), size
    if find_spec("rensa") is None:
        sys.stdout.write("plain script on rensa: left out, rensa is not installed; run it with `uv run --with rensa python -m ...`\n")
    else:
        with timed(steps, "plain script on rensa") as step:
            plain_script(chosen.input, chosen.out, chosen.workers)
            step.rows, step.text_mb = steps[0].rows, size
    write_figures(steps, chosen.out)


if __name__ == "__main__":
    main()
