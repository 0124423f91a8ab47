"""Statistics of a split."""

import numpy as np
import polars as pl
import pytest

from empathy_assets.engines.splitting.validation import kolmogorov_smirnov, total_variation, validate
from empathy_assets_tests.engines.splitting.samples import release


def test_an_even_split_passes():
    found = validate(release(10))
    assert found.passed
    assert found.worst_pp == pytest.approx(0.0)
    assert found.shares.filter(pl.col("stage") == "all")["records"].to_list() == [140, 30, 30]
    assert found.distances["distance"].max() < 0.3


def test_a_lopsided_split_fails_by_how_much():
    rows = release(10).with_columns(pl.when(pl.col("split") == "val").then(pl.lit("train")).otherwise("split").alias("split"))
    found = validate(rows)
    assert not found.passed
    assert found.worst_pp == pytest.approx(15.0)


def test_shares_alone_are_the_same_without_distances():
    rows = release(10).with_columns(pl.when(pl.col("split") == "val").then(pl.lit("train")).otherwise("split").alias("split"))
    whole, alone = validate(rows), validate(rows, alike=False)
    assert (alone.passed, alone.worst_pp, alone.tolerance_pp) == (whole.passed, whole.worst_pp, whole.tolerance_pp)
    assert alone.shares.equals(whole.shares)
    assert (alone.distances.schema, alone.distances.height) == (whole.distances.schema, 0)


def test_the_tolerance_at_the_two_sizes_of_the_specification():
    rows = release(1)
    small, large = (validate(rows.sample(size, with_replacement=True, seed=1)).tolerance_pp for size in (600, 60_000))
    assert (small, large) == (0.5, 0.1)


def test_distances_are_zero_for_the_same_and_one_for_the_disjoint():
    a, b = np.arange(50.0), np.arange(100.0, 150.0)
    assert (kolmogorov_smirnov(a, a), kolmogorov_smirnov(a, b), kolmogorov_smirnov(a, a[:0])) == (0.0, 1.0, 0.0)
    x, y = pl.Series(["a", "b"]), pl.Series(["c", "d"])
    assert (total_variation(x, x), total_variation(x, y)) == (0.0, 1.0)


def test_an_empty_release_has_nothing_to_be_uneven():
    assert validate(release(1).clear()).worst_pp == 0.0
