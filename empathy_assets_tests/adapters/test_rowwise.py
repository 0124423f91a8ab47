"""Maps that remember rows: what has not changed is not computed again, and nobody can tell from the result."""

from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

from empathy_assets.adapters import compute, rowwise
from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.compute import ProcessPool, map_frame
from empathy_assets.adapters.rowwise import map_rows, row_keys

computed_rows: list[int] = []


def double(frame: pl.DataFrame) -> pl.DataFrame:
    """Stand in for a heavy row-wise function; what it was asked is told."""
    computed_rows.extend(frame["n"])
    return frame.select(pl.col("n") * 2)


def without_sevens(frame: pl.DataFrame) -> pl.DataFrame:
    """Stand in for a function that drops rows."""
    return double(frame.filter(pl.col("n") != 7))


def double_by_rote(frame: pl.DataFrame, learnt: list[int]) -> pl.DataFrame:
    """Stand in for the same function taught by earlier results: what it need not work out is not told."""
    computed_rows.extend(n for n in frame["n"] if 2 * n not in learnt)
    return frame.select(pl.col("n") * 2)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compute, "CHUNK_ROWS", 4)
    computed_rows.clear()


def mapped(numbers: list[int], folder: Path, function=double, name: str = "a", version: str = "1") -> list[int]:
    frame = pl.DataFrame({"n": numbers}, schema={"n": pl.Int64})
    aligned = (lambda result: result.height == 4) if function is without_sevens else (lambda _: True)
    parts = map_rows(
        function,
        frame,
        namespace="t",
        name=name,
        version=version,
        cache=FrameCache(UPath(folder)),
        aligned=aligned,
        pool=ProcessPool(1),
    )
    return pl.concat([pl.DataFrame(schema={"n": pl.Int64}), *parts])["n"].to_list()


def test_only_changed_rows_are_computed_wherever_they_stand(tmp_path: Path) -> None:
    assert mapped(list(range(12)), tmp_path) == [2 * n for n in range(12)]
    computed_rows.clear()
    changed = [50, 1, 2, 3, 4, 51, 6, 7, 8, 9, 10, 52]
    assert mapped(changed, tmp_path) == [2 * n for n in changed]
    assert sorted(computed_rows) == [50, 51, 52]
    computed_rows.clear()
    assert mapped(changed, tmp_path) == [2 * n for n in changed]
    assert computed_rows == []


def test_rows_that_moved_keep_their_results(tmp_path: Path) -> None:
    mapped(list(range(12)), tmp_path)
    computed_rows.clear()
    assert mapped([99, *range(12)], tmp_path) == [198, *(2 * n for n in range(12))]
    assert computed_rows == [99]


def test_another_version_and_another_name_start_anew(tmp_path: Path) -> None:
    mapped([1, 2, 3], tmp_path)
    computed_rows.clear()
    mapped([1, 2, 4], tmp_path, version="2")
    mapped([1, 2, 5], tmp_path, name="b")
    assert computed_rows == [1, 2, 4, 1, 2, 5]


def test_a_result_that_dropped_rows_is_kept_as_a_whole_only(tmp_path: Path) -> None:
    assert mapped([1, 2, 3, 4, 5, 6, 7, 8], tmp_path, without_sevens) == [2, 4, 6, 8, 10, 12, 16]
    computed_rows.clear()
    assert mapped([1, 2, 3, 40, 5, 6, 7, 80], tmp_path, without_sevens) == [2, 4, 6, 80, 10, 12, 160]
    assert set(computed_rows) >= {40, 5, 6, 80}


def test_results_that_are_gone_are_computed_again(tmp_path: Path) -> None:
    mapped([1, 2, 3, 4], tmp_path)
    for path in (tmp_path / "t").glob("*.parquet"):
        path.write_bytes(b"torn")
    assert mapped([1, 2, 3, 5], tmp_path) == [2, 4, 6, 10]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), max_size=14), min_size=1, max_size=4))
def test_after_any_history_the_result_is_that_of_a_plain_map(tmp_path_factory: pytest.TempPathFactory, history: list[list[int]]) -> None:
    folder = tmp_path_factory.mktemp("cache")
    for numbers in history:
        frame = pl.DataFrame({"n": numbers}, schema={"n": pl.Int64})
        plain = map_frame(double, frame, namespace="p", version="1", cache=FrameCache(UPath(folder)), pool=ProcessPool(1))
        assert mapped(numbers, folder) == [n for part in plain for n in part["n"]]


def test_a_row_is_known_by_all_its_values() -> None:
    rows = pl.DataFrame({"a": [{"x": "1", "y": None}, {"x": "1", "y": ["2"]}, {"x": "1", "y": None}], "b": ["c", "c", "d"]})
    keys = row_keys(rows)
    assert keys.n_unique() == 3
    assert keys.to_list() == row_keys(rows[::-1])[::-1].to_list()


def test_rows_of_chunks_that_stayed_whole_are_not_hashed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapped(list(range(12)), tmp_path)
    hashed: list[int] = []

    def counted(frame: pl.DataFrame) -> pl.Series:
        hashed.append(frame.height)
        return row_keys(frame)

    monkeypatch.setattr(rowwise, "row_keys", counted)
    changed = [0, 1, 2, 3, 4, 50, 6, 7, 8, 9, 10, 11]
    assert mapped(changed, tmp_path) == [2 * n for n in changed]
    assert hashed == [4]  # the chunk that is due
    computed_rows.clear()
    scattered = [0, 50, 11, 4, 60, 9, 1, 7]
    assert mapped(scattered, tmp_path) == [2 * n for n in scattered]
    assert computed_rows == [60]


def test_a_map_can_be_taught_by_the_results_of_the_last_one(tmp_path: Path) -> None:
    def taught(earlier: list[pl.Series]) -> compute.Function:
        return partial(double_by_rote, learnt=pl.concat(earlier).to_list())

    def numbers(given: list[int]) -> list[int]:
        computed_rows.clear()
        cache, frame = FrameCache(UPath(tmp_path)), pl.DataFrame({"n": given})
        once = {"namespace": "t", "name": "a", "version": "1", "cache": cache, "aligned": lambda _: True, "pool": ProcessPool(1)}
        parts = map_rows(double, frame, **once, taught=taught, lesson="n")
        return pl.concat(parts)["n"].to_list()

    assert numbers([1, 2, 3, 4, 5]) == [2, 4, 6, 8, 10]
    assert computed_rows == [1, 2, 3, 4, 5]  # nobody to learn from
    assert numbers([1, 2, 3, 6, 5]) == [2, 4, 6, 12, 10]
    assert computed_rows == [6]
    assert numbers([1, 2, 6, 6, 7]) == [2, 4, 12, 12, 14]
    assert computed_rows == [7]
