"""Curation of a conversation corpus, timed step by step: `python -m empathy_assets_tests.benchmarks.curation IN... --out DIR`.

Read landed JSONL, clean and mask, drop exact and near copies, write Parquet, with the functions a build uses. Every row that came in is in
`kept.parquet` (`id`, `messages`) or, with its reason, in `dropped.jsonl`; rows of the input are known by their own `id`. Each step
prints seconds, rows per second and the peak memory so far, and `figures.json` holds the same.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
from upath import UPath

RIGHTS = '["**"]\nlicence = "CC0-1.0"\norigin = "benchmark"\nholder = "benchmark"\n'
"""What the input is declared as: nothing of it is kept."""
OWN_ID = re.compile(rb'"id": ?"([^"]+)"')


@dataclass
class Step:
    """One step: wall and CPU seconds (children included), rows it took, peak resident memory until its end in MB."""

    name: str
    wall: float
    cpu: float
    rows: int
    peak_mb: float


def _cpu() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


@contextmanager
def timed(steps: list[Step], name: str, rows: list[int]) -> Iterator[None]:
    """Add a step to `steps` and print it; `rows` receives its row count before the end."""
    wall, cpu = time.perf_counter(), _cpu()
    yield
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    step = Step(name, time.perf_counter() - wall, _cpu() - cpu, rows[-1], peak)
    steps.append(step)
    speed = step.rows / max(step.wall, 1e-9)
    sys.stdout.write(f"{name:<12} {step.wall:7.2f} s {step.cpu:7.2f} CPU s {step.rows:9,} rows {speed:9,.0f} rows/s {peak:7,.0f} MB\n")


def cleaned(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row per input row: struct column `record` or `reject`, as staging does without the judges."""
    from empathy_assets.engines.cleaning.prepare import prepare
    from empathy_assets.engines.staging.prepare import empty_outcome

    kept, rejects = prepare(frame)
    parts = [kept.select(pl.struct(pl.all()).alias("record")), rejects.select(pl.struct(pl.all()).alias("reject"))]
    return pl.concat([empty_outcome(), *parts], how="diagonal")


def curate(paths: list[Path], out: Path, workers: int) -> list[Step]:
    """Curate `paths` into `out` and return the steps."""
    from empathy_assets.adapters.cache import FrameCache
    from empathy_assets.adapters.compute import ProcessPool, map_frame
    from empathy_assets.adapters.landing import read_paths
    from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
    from empathy_assets.engines.deduplicating.keep import choose_kept
    from empathy_assets.engines.staging.prepare import unpack

    out.mkdir(parents=True, exist_ok=True)
    steps: list[Step] = []
    rows = [0]
    with tempfile.TemporaryDirectory() as scratch:
        rights = Path(scratch) / "rights.toml"
        rights.write_text(RIGHTS, encoding="utf-8")
        with timed(steps, "read", rows):
            landed = read_paths(paths, rights, "conversations")
            rows.append(landed.conversations.height + landed.rejects.height)
        with timed(steps, "clean", rows):
            cache = FrameCache(UPath(scratch) / "frames")
            made = map_frame(cleaned, landed.conversations, namespace="clean", version="benchmark", cache=cache, pool=ProcessPool(workers))
            records, rejects = unpack(made)
            rows.append(landed.conversations.height)
        with timed(steps, "deduplicate", rows):
            choice = choose_kept(records, near_duplicate_clusters(records.select("id", "turns")))
            rows.append(records.height)
        with timed(steps, "write", rows):
            rows.append(_write(out, records, choice, unread(paths, landed.rejects), rejects))
    (out / "figures.json").write_text(json.dumps([asdict(step) for step in steps], indent=2), encoding="utf-8")
    return steps


def unread(paths: list[Path], rejects: pl.DataFrame) -> pl.DataFrame:
    """Return `id` and `reason` of the rows the reader refused: it names the line, the line names itself."""
    lines = rejects.select("file", pl.col("position").str.extract(r"line (\d+)").cast(pl.Int64).alias("line"), "reason")
    found: list[dict[str, str]] = []
    for path in paths:
        wanted = dict(lines.filter(pl.col("file").str.ends_with(path.name)).select("line", "reason").iter_rows())
        with path.open("rb") as file:
            for number, text in enumerate(file, start=1):
                if number in wanted and (named := OWN_ID.search(text)):
                    found.append({"id": named[1].decode(), "reason": str(wanted[number])})
    return pl.DataFrame(found, schema={"id": pl.String, "reason": pl.String})


def _write(out: Path, records: pl.DataFrame, choice: pl.DataFrame, unread: pl.DataFrame, unusable: pl.DataFrame) -> int:
    own_id = pl.col("provenance").struct.field("record_id").alias("id")
    records = records.with_columns(choice["kept"], choice["reason"])
    records.filter("kept").select(own_id, pl.col("turns").alias("messages")).write_parquet(out / "kept.parquet")
    copies = records.filter(~pl.col("kept")).select(own_id, "reason")
    broken = unusable.select(pl.col("position").str.extract(r"([^ ]+)$", 1).alias("id"), "reason")
    pl.concat([copies, unread, broken]).write_ndjson(out / "dropped.jsonl")
    return records.height + unread.height + unusable.height


def main() -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("input", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    chosen = parser.parse_args()
    began = time.perf_counter()
    steps = curate(chosen.input, chosen.out, chosen.workers)
    total, rows = time.perf_counter() - began, steps[0].rows
    sys.stdout.write(f"{'together':<12} {total:7.2f} s {rows:28,} rows {rows / total:9,.0f} rows/s\n")


if __name__ == "__main__":
    main()
