"""Tests of the checks of the split: each of them blocks, and is red for what it is there for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.resources import workspace_of
from empathy_assets.defs.splitting.checks import split_checks
from empathy_assets_tests.engines.packaging.samples import built


def red(split: pl.DataFrame, gated: pl.DataFrame, storage: Path) -> dict[str, str]:
    """The checks that fail, each with what it says."""
    resources = {"workspace": workspace_of(Settings(storage=str(storage)))}
    found: Any = split_checks(dg.build_asset_check_context(resources=resources), split=split, gated=gated)
    return {str(one.check_name): str(one.description) for one in found if not one.passed}


def _lost(split: pl.DataFrame) -> pl.DataFrame:
    return split.head(split.height - 1)


def _doubled(split: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([split, split.head(1)])


def _all_for_training(split: pl.DataFrame) -> pl.DataFrame:
    return split.with_columns(pl.lit("train").alias("split"))


def _divided(split: pl.DataFrame) -> pl.DataFrame:
    train, val = (split.filter(pl.col("split") == name)["id"][0] for name in ("train", "val"))
    return split.with_columns(pl.when(pl.col("id").is_in([train, val])).then(pl.lit("k-one")).otherwise("cluster_id").alias("cluster_id"))


def _copied_across(split: pl.DataFrame) -> pl.DataFrame:
    train, val = (split.filter(pl.col("split") == name) for name in ("train", "val"))
    words = train.select("turns").head(1)
    return pl.concat([train, val.head(1).with_columns(words.to_series()), split.filter(pl.col("split") != "train").slice(1)])


@pytest.mark.parametrize(
    ("spoilt", "check", "says"),
    [
        (_lost, "rows", "1 admitted rows lost"),
        (_doubled, "rows", "1 too many"),
        (_all_for_training, "shares", "pp of 70/15/15"),
        (_divided, "whole_clusters", "1 clusters divided"),
        (_copied_across, "leakage", "in train and"),
    ],
)
def test_a_split_that_is_spoilt_is_red_for_it(
    spoilt: Callable[[pl.DataFrame], pl.DataFrame], check: str, says: str, tmp_path: Path
) -> None:
    whole, _ = built()
    assert red(whole, whole, tmp_path) == {}
    for _ in range(2):  # remembered or not
        assert says in red(spoilt(whole), whole, tmp_path)[check]


def test_every_check_of_the_split_blocks() -> None:
    assert all(spec.blocking for spec in split_checks.check_specs)
