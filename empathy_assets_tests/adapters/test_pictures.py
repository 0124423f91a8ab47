"""Tests of remembered pictures: drawn once per content, drawn anew for anything else."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pydantic import BaseModel
from upath import UPath

from empathy_assets.adapters import pictures
from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.pictures import content_of, drawn

FRAME = pl.DataFrame({"stage": ["foundation", "persona"], "ears": [0.9, 0.8]})
DRAWN: list[str] = []


class Certificate(BaseModel):
    passed: bool
    n: int


@dataclass(frozen=True)
class Point:
    x: float
    y: float


def bars(frame: pl.DataFrame, title: str) -> dict[str, bytes]:
    DRAWN.append(title)
    return {title: b"\x89PNG" + str(frame["ears"].sum()).encode(), "empty": b""}


def lines(frame: pl.DataFrame, title: str) -> dict[str, bytes]:
    DRAWN.append(f"lines of {title}")
    return {title: b"\x89PNG"}


@pytest.fixture(autouse=True)
def _nothing_drawn() -> None:
    DRAWN.clear()


def test_the_same_is_drawn_once_and_read_back_by_another_process(tmp_path: Path) -> None:
    first = drawn(FrameCache(UPath(tmp_path)), bars, FRAME, "ears")
    again = drawn(FrameCache(UPath(tmp_path)), bars, FRAME.clone(), "ears")
    assert DRAWN == ["ears"]
    assert first == again == {"ears": b"\x89PNG1.7000000000000002", "empty": b""}
    assert list(again) == ["ears", "empty"]


def test_anything_else_is_drawn_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = FrameCache(UPath(tmp_path))
    drawn(cache, bars, FRAME, "ears")
    drawn(cache, bars, FRAME.with_columns(ears=pl.col("ears") / 2), "ears")
    drawn(cache, bars, FRAME, "other")
    drawn(cache, lines, FRAME, "ears")
    monkeypatch.setattr(pictures, "code_sha256", lambda *_: "other code")
    drawn(cache, bars, FRAME, "ears")
    assert DRAWN == ["ears", "ears", "other", "lines of ears", "ears"]


VALUES = [
    None,
    "1",
    1,
    1.0,
    True,
    FRAME,
    FRAME.reverse(),
    np.array([1.0, 2.0]),
    np.array([[1.0, 2.0]]),
    np.array([1, 2]),
    Certificate(passed=True, n=1),
    Certificate(passed=False, n=1),
    Point(1.0, 2.0),
    Point(2.0, 1.0),
    {"a": 1, "b": 2},
    {"b": 2, "a": 1},
    [1, 2],
    [[1], 2],
    [],
    {},
]


def test_values_are_told_apart_by_their_content() -> None:
    assert len({content_of(value) for value in VALUES}) == len(VALUES)
    assert content_of((1, 2)) == content_of([1, 2])
    assert content_of(Point(1.0, 2.0)) == content_of(Point(1.0, 2.0))


def test_what_cannot_be_told_by_its_content_is_refused() -> None:
    with pytest.raises(TypeError, match="found set; expected a frame"):
        content_of({1, 2})
