"""Tests of heavy maps on Ray: a cluster on this machine, the same bytes as in-process, workers that die, and what is kept."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from upath import UPath

from empathy_assets.adapters import compute
from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.compute import ProcessPool, map_frame
from empathy_assets.adapters.ray_pool import ComputeError, RayPool
from empathy_assets.engines.staging.prepare import prepare_and_score
from empathy_assets_tests.fixtures.conversations import many

FRAME = pl.DataFrame({"n": range(12)})


@pytest.fixture(scope="module", autouse=True)
def _ray() -> Iterator[None]:
    yield
    import ray

    ray.shutdown()


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "CHUNK_ROWS", 2)


@pytest.fixture
def pool() -> RayPool:
    return RayPool(dg.build_init_resource_context(), actors=2)


def double(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.col("n") * 2)


def die_once(frame: pl.DataFrame, marks: str) -> pl.DataFrame:
    """Kill the worker the first time this chunk is met."""
    mark = Path(marks) / str(frame["n"][0])
    if frame["n"][0] in (4, 6) and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return double(frame)


def always_die(frame: pl.DataFrame) -> pl.DataFrame:
    if frame["n"][0] >= 8:
        os.kill(os.getpid(), signal.SIGKILL)
    return double(frame)


def refuse(frame: pl.DataFrame) -> pl.DataFrame:
    raise ValueError(f"cannot use {frame['n'][0]}")


def test_scores_are_the_same_bytes_as_in_process(pool: RayPool, tmp_path: Path) -> None:
    rows = many(6)
    parts = [
        map_frame(prepare_and_score, rows, namespace="t", version="1", cache=FrameCache(UPath(tmp_path / name)), pool=where)
        for name, where in (("ray", pool), ("local", ProcessPool(1)))
    ]
    assert pl.concat(parts[0]).equals(pl.concat(parts[1]))
    stored = [sorted((p.name, p.read_bytes()) for p in (tmp_path / name / "t").iterdir()) for name in ("ray", "local")]
    assert stored[0] == stored[1]


def test_a_chunk_whose_worker_is_killed_goes_to_another(pool: RayPool, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    parts = map_frame(
        partial(die_once, marks=str(tmp_path)),
        FRAME,
        namespace="t",
        version="1",
        cache=FrameCache(UPath(tmp_path / "cache")),
        pool=pool,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert pl.concat(parts)["n"].to_list() == [n * 2 for n in range(12)]
    assert seen[-1] == (6, 6)


def test_a_chunk_that_kills_every_worker_ends_the_map_and_what_was_finished_is_kept(
    pool: RayPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("empathy_assets.adapters.ray_pool.number", lambda _, key: 0 if key == "ray.retries" else 2)
    cache = FrameCache(UPath(tmp_path))
    with pytest.raises(ComputeError, match=r"Finished chunks are kept.*EMPATHY_RAY_ACTORS"):
        map_frame(always_die, FRAME, namespace="t", version="1", cache=cache, pool=pool)
    seen: list[int] = []
    parts = map_frame(double, FRAME, namespace="t", version="1", cache=cache, pool=pool, progress=lambda done, _: seen.append(done))
    assert pl.concat(parts).height == 12
    assert len(seen) < 6  # the others came from the cache


def test_what_the_function_raises_is_raised_as_in_process(pool: RayPool, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot use"):
        map_frame(refuse, FRAME, namespace="t", version="1", cache=FrameCache(UPath(tmp_path)), pool=pool)


def test_a_cluster_that_cannot_be_reached_is_said_with_the_remedy(tmp_path: Path) -> None:
    import ray

    ray.shutdown()
    lost = RayPool(dg.build_init_resource_context(), address="127.0.0.1:1")
    with pytest.raises(ComputeError, match="EMPATHY_RAY_ADDRESS"):
        map_frame(double, FRAME, namespace="t", version="1", cache=FrameCache(UPath(tmp_path)), pool=lost)
