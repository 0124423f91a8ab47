"""Tests of the chunked, cached, multi-process map."""

from pathlib import Path

import polars as pl
import pytest
from upath import UPath

from empathy_assets.adapters import compute
from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.compute import ProcessPool, map_frame, worker_count

FRAME = pl.DataFrame({"n": range(10)})


def double(frame: pl.DataFrame) -> pl.DataFrame:
    """Stand in for a heavy engine function; module level, so that worker processes find it by name."""
    return frame.select(pl.col("n") * 2)


def fail_late(frame: pl.DataFrame) -> pl.DataFrame:
    """Work on the first chunks and break on a later one."""
    if frame["n"].max() >= 8:
        raise RuntimeError("worker lost")
    return double(frame)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "CHUNK_ROWS", 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_are_in_order_and_the_same_with_any_number_of_workers(workers: int, tmp_path: Path) -> None:
    parts = map_frame(double, FRAME, namespace="t", version="1", cache=FrameCache(UPath(tmp_path)), pool=ProcessPool(workers))
    assert pl.concat(parts)["n"].to_list() == [n * 2 for n in range(10)]


def test_after_a_crash_only_the_missing_chunks_are_computed(tmp_path: Path) -> None:
    cache = FrameCache(UPath(tmp_path))
    with pytest.raises(RuntimeError, match="worker lost"):
        map_frame(fail_late, FRAME, namespace="t", version="1", cache=cache, pool=ProcessPool(1))
    seen: list[tuple[int, int]] = []
    parts = map_frame(
        double, FRAME, namespace="t", version="1", cache=cache, pool=ProcessPool(1), progress=lambda d, n: seen.append((d, n))
    )
    assert seen == [(5, 5)]
    assert pl.concat(parts).height == 10


def test_another_version_computes_everything_again(tmp_path: Path) -> None:
    cache = FrameCache(UPath(tmp_path))
    seen: list[tuple[int, int]] = []
    for version in ("1", "2"):
        map_frame(
            double, FRAME, namespace="t", version=version, cache=cache, pool=ProcessPool(1), progress=lambda d, n: seen.append((d, n))
        )
    assert len(seen) == 10


def test_an_empty_frame_needs_no_work(tmp_path: Path) -> None:
    assert map_frame(double, FRAME.clear(), namespace="t", version="1", cache=FrameCache(UPath(tmp_path))) == []
    assert worker_count() >= 1
