"""Tests of the chunked, cached, multi-process map."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from upath import UPath

from empathy_assets.adapters import compute
from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.compute import ProcessPool, apply_packed, computed, map_frame, packed, worker_count
from empathy_assets.adapters.processes import alive

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


def test_a_chunk_that_was_computed_is_given_to_who_asks_for_it_when_it_is_kept(tmp_path: Path) -> None:
    cache = FrameCache(UPath(tmp_path))
    took: dict[str, bool] = {}

    def take(key: str, result: pl.DataFrame) -> None:
        kept = cache.recall("t", key, "1")
        took[key] = kept is not None and kept.equals(result)

    keys = computed(double, FRAME, namespace="t", version="1", cache=cache, pool=ProcessPool(1), took=take)
    assert took == dict.fromkeys((key for key, _ in keys), True)
    took.clear()
    computed(double, FRAME, namespace="t", version="1", cache=cache, pool=ProcessPool(1), took=take)
    assert not took


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


def test_a_packed_slice_is_what_it_holds_and_not_what_it_was_cut_from() -> None:
    whole = pl.DataFrame({"text": [f"a long enough line of text, number {n}" for n in range(10_000)]})
    part = whole.slice(5_000, 10)
    assert len(packed(part)) < len(packed(whole)) / 100
    assert pl.read_ipc(packed(part)).equals(part)


def test_a_packed_chunk_gives_the_packed_result() -> None:
    assert pl.read_ipc(apply_packed(double, packed(FRAME))).equals(double(FRAME))


def test_results_lie_under_the_keys_that_are_returned(tmp_path: Path) -> None:
    cache = FrameCache(UPath(tmp_path))
    keys = computed(double, FRAME, namespace="t", version="1", cache=cache, pool=ProcessPool(1))
    kept = [cache.recall("t", *key) for key in keys]
    assert [frame["n"].to_list() for frame in kept if frame is not None] == [[0, 2], [4, 6], [8, 10], [12, 14], [16, 18]]


def test_processes_are_given_a_few_chunks_at_a_time() -> None:
    asked: list[int] = []

    def parts() -> Iterator[tuple[int, pl.DataFrame]]:
        for n in range(20):
            asked.append(n)
            yield n, pl.DataFrame({"n": [n]})

    results = ProcessPool(2).run(double, parts())
    assert next(results)[0] == 0
    assert len(asked) <= 5
    assert [index for index, _ in results] == list(range(1, 20))


def test_frames_one_after_another_give_what_their_sum_gives(tmp_path: Path) -> None:
    cache = FrameCache(UPath(tmp_path))
    whole = computed(double, FRAME, namespace="t", version="1", cache=cache, pool=ProcessPool(1))
    seen: list[tuple[int, int]] = []
    pieces = computed(
        double,
        (FRAME[at : at + 3] for at in range(0, 10, 3)),
        namespace="t",
        version="1",
        cache=cache,
        pool=ProcessPool(1),
        progress=lambda d, n: seen.append((d, n)),
    )
    assert pieces == whole
    assert seen == []


def test_of_frames_that_come_one_by_one_only_those_at_work_are_asked_for(tmp_path: Path) -> None:
    asked: list[int] = []

    def frames() -> Iterator[pl.DataFrame]:
        for n in range(10):
            asked.append(n)
            yield FRAME[n : n + 1]

    reached: list[int] = []
    cache = FrameCache(UPath(tmp_path))
    computed(double, frames(), namespace="t", version="1", cache=cache, pool=ProcessPool(1), progress=lambda *_: reached.append(len(asked)))
    assert reached[0] <= 4
    assert reached[-1] == 10


def whose(frame: pl.DataFrame) -> pl.DataFrame:
    """Say which process computed, on how many threads."""
    return frame.select(pl.lit(os.getpid()).alias("pid"), pl.lit(pl.thread_pool_size()).alias("threads"))


def test_processes_stay_for_the_next_map_and_go_when_none_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "_IDLE_SECONDS", 0.2)
    parts = [FRAME.slice(at, 2) for at in range(0, 10, 2)]
    first = pl.concat([found for _, found in ProcessPool(2).run(whose, enumerate(parts))])
    second = pl.concat([found for _, found in ProcessPool(2).run(whose, enumerate(parts))])
    pids = {*first["pid"], *second["pid"]}
    assert len(pids) <= 2
    assert os.getpid() not in pids
    assert set(first["threads"]) == {1}
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in pids)


def test_a_map_that_failed_leaves_no_process_and_the_next_one_works() -> None:
    parts = [FRAME.slice(at, 2) for at in range(0, 10, 2)]
    with pytest.raises(RuntimeError, match="worker lost"):
        list(ProcessPool(2).run(fail_late, enumerate(parts)))
    found = [frame["n"].to_list() for _, frame in ProcessPool(2).run(double, enumerate(parts))]
    assert found == [[0, 2], [4, 6], [8, 10], [12, 14], [16, 18]]


def test_chunks_may_be_smaller_where_the_work_is_costly(tmp_path: Path) -> None:
    cache = FrameCache(UPath(tmp_path))
    parts = map_frame(double, FRAME, namespace="t", version="1", cache=cache, pool=ProcessPool(1), rows=5)
    assert [part.height for part in parts] == [5, 5]


def test_workers_without_work_end_with_a_parent_that_was_killed() -> None:
    script = (
        "import sys, time, polars as pl\n"
        "from empathy_assets.adapters.compute import ProcessPool\n"
        "from empathy_assets_tests.adapters.test_compute import FRAME, whose\n"
        "if __name__ == '__main__':\n"
        "    parts = [FRAME.slice(at, 2) for at in range(0, 10, 2)]\n"
        "    found = pl.concat([frame for _, frame in ProcessPool(2).run(whose, enumerate(parts))])\n"
        "    print(*found['pid'].unique(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert pids
        parent.kill()
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in pids)
