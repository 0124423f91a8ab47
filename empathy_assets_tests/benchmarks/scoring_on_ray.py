"""Scoring in-process and on Ray, the same conversations: wall time, rows per second and efficiency with one and two workers.

    uv run python -m empathy_assets_tests.benchmarks.scoring_on_ray CONVERSATIONS.parquet [--rows 4096] [--workers 2] [--out DIR]

CONVERSATIONS.parquet is any stage dataset of a build (`data/foundation/next/data.parquet`). Starting Ray and its workers is told apart from
the work: a cluster that stands pays it once. `--workers 2` leaves the runs with one worker out. Never part of the test suite.
"""

import argparse
import json
import logging
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from upath import UPath

from empathy_assets.adapters import compute
from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.compute import Pool, ProcessPool, map_frame
from empathy_assets.adapters.ray_pool import RayPool
from empathy_assets.engines.staging.prepare import prepare_and_score


class Quiet:
    """The context of no step."""

    log: Any = logging.getLogger("benchmark")


def seconds(frame: pl.DataFrame, pool: Pool) -> float:
    """Return the wall time of scoring `frame` on `pool`, nothing cached."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        map_frame(prepare_and_score, frame, namespace="b", version="1", cache=FrameCache(UPath(folder)), pool=pool)
        return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("conversations", type=Path)
    parser.add_argument("--rows", type=int, default=4096)
    parser.add_argument("--chunk", type=int, default=512)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    compute.CHUNK_ROWS = given.chunk
    frame = pl.read_parquet(given.conversations).head(given.rows)
    few = frame.head(3 * given.chunk)  # starts the workers, so that the rest is work
    found: dict[str, float] = {}
    say = Console(highlight=False).print
    for workers in given.workers:
        found[f"local, {workers}"] = seconds(frame, ProcessPool(workers))
        say(f"{f'local, {workers}':<18} {found[f'local, {workers}']:7.2f} s {frame.height / found[f'local, {workers}']:9.0f} rows/s")
    for workers in given.workers:
        pool = RayPool(Quiet(), actors=workers)
        began = time.perf_counter()
        seconds(few, pool)
        say(f"{'Ray, first chunks':<18} {time.perf_counter() - began:7.2f} s")
        found[f"Ray, {workers}"] = seconds(frame, pool)
        say(f"{f'Ray, {workers}':<18} {found[f'Ray, {workers}']:7.2f} s {frame.height / found[f'Ray, {workers}']:9.0f} rows/s")
    for workers in given.workers:
        say(f"Ray against local, {workers}: {found[f'Ray, {workers}'] / found[f'local, {workers}']:.2f}")
    if {1, 2} <= set(given.workers):
        say(f"efficiency of the second actor: {found['Ray, 1'] / found['Ray, 2'] / 2:.2f}")
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "scoring_on_ray.json").write_text(json.dumps({"rows": frame.height, "seconds": found}, indent=2))


if __name__ == "__main__":
    main()
