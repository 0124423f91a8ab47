"""Tests of remembered findings: evaluated once per content, failures too, anew for anything else."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from upath import UPath

from empathy_assets.adapters import findings
from empathy_assets.adapters.cache import FrameCache
from empathy_assets.adapters.findings import finding_of
from empathy_assets.engines.checking.finding import Finding

ROWS = pl.DataFrame({"n": [1, 2, 3]})


@pytest.fixture
def cache(tmp_path: Path) -> FrameCache:
    return FrameCache(UPath(tmp_path))


class Odd:
    """A rule that fails on odd sums, and says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, tables) -> Finding:
        self.asked += 1
        total = tables["rows"]["n"].sum()
        figures = {"value": float(total), "n": np.int64(tables["rows"].height), "worst": "“one”"}
        return Finding(total % 2 == 0, f"sum {total}", figures, {"Sum": b"\x89PNG"})


@pytest.mark.parametrize(("rows", "passed"), [(ROWS, True), (ROWS.head(2), False)])
def test_a_finding_is_the_same_from_memory_passed_or_failed(cache: FrameCache, rows: pl.DataFrame, passed: bool) -> None:
    rule = Odd()
    first = finding_of(cache, "a.odd", {"rows": rows}, rule)
    again = finding_of(cache, "a.odd", {"rows": rows.clone()}, rule)
    assert first == again == rule({"rows": rows})
    assert (first.passed, rule.asked) == (passed, 2)


def test_other_rows_another_rule_and_other_code_are_evaluated_anew(cache: FrameCache, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Odd()
    assert finding_of(cache, "a.odd", {"rows": ROWS}, rule).passed
    assert not finding_of(cache, "a.odd", {"rows": ROWS.with_columns(pl.col("n") + 1)[:1].vstack(ROWS[:1])}, rule).passed
    finding_of(cache, "b.odd", {"rows": ROWS}, rule)
    monkeypatch.setattr(findings, "code_sha256", lambda *_: "another")
    finding_of(cache, "a.odd", {"rows": ROWS}, rule)
    assert rule.asked == 4
