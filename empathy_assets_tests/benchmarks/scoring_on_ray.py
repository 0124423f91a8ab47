"""Scoring in-process and on Ray, the same conversations: wall time, rows per second and efficiency with one and two workers.

    uv run python -m empathy_assets_tests.benchmarks.scoring_on_ray CONVERSATIONS.parquet [--rows 4096] [--out DIR]

CONVERSATIONS.parquet is any stage dataset of a build (`data/foundation/next/data.parquet`). Starting Ray and its workers is told apart from
the work: a cluster that stands pays it once. Never part of the test suite.
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
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    compute.CHUNK_ROWS = given.chunk
    frame = pl.read_parquet(given.conversations).head(given.rows)
    few = frame.head(3 * given.chunk)  # starts the workers, so that the rest is work
    found: dict[str, float] = {}
    say = Console(highlight=False).print
    for name, pool in (
        ("in-process, 1", ProcessPool(1)),
        ("processes, 2", ProcessPool(2)),
        ("Ray, 1 actor", RayPool(Quiet(), actors=1)),
        ("Ray, 2 actors", RayPool(Quiet(), actors=2)),
    ):
        if name == "Ray, 1 actor":
            began = time.perf_counter()
            seconds(few.head(1), pool)
            say(f"{'Ray, first chunk':<18} {time.perf_counter() - began:7.2f} s")
        found[name] = seconds(frame, pool)
        say(f"{name:<18} {found[name]:7.2f} s {frame.height / found[name]:9.0f} rows/s")
    say(f"Ray against in-process, 1: {found['Ray, 1 actor'] / found['in-process, 1']:.2f}; efficiency of the second actor: "
          f"{found['Ray, 1 actor'] / found['Ray, 2 actors'] / 2:.2f}")  # fmt: skip
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "scoring_on_ray.json").write_text(json.dumps({"rows": frame.height, "seconds": found}, indent=2))


if __name__ == "__main__":
    main()
