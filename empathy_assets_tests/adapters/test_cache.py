"""Tests of the content-addressed frame cache."""

import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from upath import UPath

from empathy_assets.adapters import cache
from empathy_assets.adapters.cache import FrameCache, chunks, fingerprint, rechunked, remember

FRAME = pl.DataFrame({"id": ["a", "b", "c"], "n": [1, 2, 3]})


def test_the_fingerprint_sees_content_and_schema_not_chunking() -> None:
    pieces = pl.concat([FRAME.slice(0, 1), FRAME.slice(1)], rechunk=False)
    assert fingerprint(pieces) == fingerprint(FRAME)
    assert len({fingerprint(f) for f in (FRAME, FRAME.reverse(), FRAME.rename({"n": "m"}), FRAME.cast({"n": pl.Int32}))}) == 4


def test_equal_frames_have_one_fingerprint_however_they_came_about(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "a long text that lies outside of its view"}, {"role": None, "content": "b"}]
    rows = {
        "id": ["x", None, "z"],
        "turns": [turns, None, []],
        "s": [{"a": 1.5, "b": True}, None, {"a": None, "b": False}],
        "n": [1, None, 3],
    }
    frame = pl.DataFrame(rows)
    frame.write_parquet(tmp_path / "f")
    twice = pl.concat([frame, frame])
    same = [pl.read_parquet(tmp_path / "f"), twice.slice(3), twice[[0, 1, 2]], pl.DataFrame(frame.to_dicts(), schema=frame.schema)]
    same += [pl.DataFrame(pl.from_arrow(frame.to_arrow())), frame.reverse().reverse()]
    assert all(other.equals(frame) for other in same)
    assert {fingerprint(other) for other in same} == {fingerprint(frame)}
    for name in frame.columns:
        assert fingerprint(frame.with_columns(pl.col(name).reverse())) != fingerprint(frame)


def test_a_fingerprint_never_changes_since_stored_tables_hold_theirs() -> None:
    frame = pl.DataFrame(
        {
            "text": pl.Series(["a", None, "café"]),
            "bytes": pl.Series([b"", b"\x00\xff", None]),
            "whole": pl.Series([1, None, -3], dtype=pl.Int16),
            "real": pl.Series([0.5, None, -2.0]),
            "true": pl.Series([True, None, False]),
            "day": pl.Series([date(2026, 1, 1), None, date(2026, 1, 3)]),
            "lists": pl.Series([["x", None], None, []]),
            "structs": pl.Series([{"u": 1, "v": "p"}, None, {"u": None, "v": "q"}]),
            "nulls": pl.Series([None, None, None]),
        }
    )
    assert fingerprint(frame) == "641da4d37c91818c74242751c36570ad"  # pragma: allowlist secret - a hash of the table above
    assert fingerprint(frame[1:]) == "95a7c152bd587661a2b657a39d4177bd"  # pragma: allowlist secret - likewise


def test_a_fingerprint_takes_no_import_of_pandas() -> None:
    asked = "import sys, polars as pl; from empathy_assets.adapters.cache import fingerprint as f; "
    asked += "f(pl.DataFrame({'n': [1, None], 's': [{'b': True}, None], 't': [['x'], None]})); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0


@pytest.mark.parametrize(
    "kind", [pl.Boolean, pl.Int8, pl.UInt16, pl.Int64, pl.UInt64, pl.Float32, pl.Float64, pl.Date, pl.String, pl.Categorical]
)
def test_a_part_of_a_column_has_the_fingerprint_of_the_same_values_by_themselves(kind: type[pl.DataType]) -> None:
    values = pl.Series("v", [None, 1, 0, None, 1, 1, 0, 1, 0, 0, 1, None])
    whole = pl.DataFrame(values.cast(pl.String).cast(kind) if kind in (pl.String, pl.Categorical) else values.cast(kind))
    for start, length in [(0, 12), (1, 10), (3, 9), (4, 2), (9, 0)]:
        part = whole.slice(start, length)
        assert fingerprint(part) == fingerprint(pl.DataFrame(part.to_dict(as_series=False), schema=part.schema))
    assert len({fingerprint(whole.slice(start, 6)) for start in (0, 1, 2)}) == 3


def test_a_kept_frame_is_not_computed_again(tmp_path: Path) -> None:
    cache = FrameCache(UPath(tmp_path))
    assert cache.get("scoring", "k", compute=lambda: FRAME).equals(FRAME)
    assert cache.get("scoring", "k", compute=lambda: pytest.fail("computed twice")).equals(FRAME)
    assert (cache.hits, cache.misses) == (1, 1)
    assert cache.has("scoring", "k")
    assert not cache.has("scoring", "other")


def test_a_damaged_entry_is_computed_again(tmp_path: Path) -> None:
    cache = FrameCache(UPath(tmp_path))
    cache.put("scoring", "k", frame=FRAME)
    next(tmp_path.rglob("*.parquet")).write_bytes(b"PAR1 torn")
    assert cache.get("scoring", "k", compute=lambda: FRAME).equals(FRAME)


def test_chunks_cover_the_frame_in_order() -> None:
    assert pl.concat(chunks(FRAME, 2)).equals(FRAME)
    assert list(chunks(FRAME.clear(), 2)) == []


@given(st.lists(st.integers(0, 7), max_size=8), st.integers(1, 5))
def test_frames_are_cut_where_their_sum_would_be(heights: list[int], size: int) -> None:
    limits = [sum(heights[:i]) for i in range(len(heights) + 1)]
    whole = pl.DataFrame({"n": range(limits[-1])}, schema={"n": pl.Int64})
    frames = [whole[low:high] for low, high in pairwise(limits)]
    assert [part["n"].to_list() for part in rechunked(frames, size)] == [part["n"].to_list() for part in chunks(whole, size)]


def test_frames_of_the_right_size_are_passed_on_as_they_are() -> None:
    one, two, rest = FRAME.head(2), FRAME.tail(2), FRAME.head(1)
    assert all(passed is given for passed, given in zip(rechunked([one, two, rest], 2), [one, two, rest], strict=True))


def test_a_frame_is_hashed_once_and_forgotten_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[int] = []
    monkeypatch.setattr(cache, "_hashed", lambda frame: hashed.append(frame.height) or f"{frame.height}")
    one, two = FRAME.head(2), FRAME.head(1)
    assert [fingerprint(one), fingerprint(one), fingerprint(two)] == ["2", "2", "1"]
    assert hashed == [2, 1]
    assert remember(read := FRAME.clear(), "known") == fingerprint(read) == "known"
    place = id(one)
    del one
    assert place not in cache._KNOWN
