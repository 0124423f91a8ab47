"""Tests of the four stage datasets, and of the blocking checks on planted faults."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.build import run_build
from empathy_assets.defs.stages import staging
from empathy_assets.records.arrow import set_fields
from empathy_assets.records.conversation import STAGES
from empathy_assets_tests.conftest import Built


@pytest.mark.parametrize("stage", STAGES)
def test_rows_are_prepared_scored_and_in_their_own_stage(built: Built, stage: str) -> None:
    rows = built.table(stage, "next")
    scores = rows["scores"].struct.unnest()
    assert set(rows["stage"]) == {stage}
    assert scores["ears"].null_count() == 0
    assert scores["crisis"].null_count() == 0
    assert (scores["pii_residue"] == 0).all()
    assert scores["evidence"].list.len().max() > 0


def test_only_nightmare_fuel_is_exempt(built: Built) -> None:
    exempt = {stage: built.table(stage, "next")["exempt_from"].list.len().sum() for stage in STAGES}
    assert exempt["nightmare-fuel"] > 0
    assert sum(exempt.values()) == exempt["nightmare-fuel"]


def test_stage_figures_are_plotted(built: Built) -> None:
    metadata = built.result.metadata["persona"]
    assert 0.8 <= metadata["ears_mean"] <= 1
    assert "data:image/png" in metadata["ears"]


def lower_ears(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(set_fields("scores", ears=pl.lit(0.4)))


def blank_a_turn(frame: pl.DataFrame) -> pl.DataFrame:
    first = pl.int_range(pl.len()) == 0
    return frame.with_columns(pl.when(first).then(pl.col("turns").list.head(1)).otherwise("turns").alias("turns"))


def leave_an_identifier(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(set_fields("scores", pii_residue=pl.lit(1, dtype=pl.Int64)))


def drop_the_licence(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit("").alias("licence"))


def exempt_everything(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(["pii"]).alias("exempt_from"))


FAULTS = [
    (lower_ears, "ears"),
    (blank_a_turn, "schema"),
    (leave_an_identifier, "pii"),
    (drop_the_licence, "licence"),
    (exempt_everything, "fence"),
]


@pytest.mark.parametrize(("fault", "check"), FAULTS, ids=[check for _, check in FAULTS])
def test_a_planted_fault_stops_the_graph_at_the_stage(
    fault: Callable[[pl.DataFrame], pl.DataFrame], check: str, built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_route = staging.route
    monkeypatch.setattr(
        staging, "route", lambda frame, stage: fault(true_route(frame, stage)) if stage == "foundation" else true_route(frame, stage)
    )
    monkeypatch.chdir(tmp_path)
    settings = built.settings.model_copy(update={"storage": str(tmp_path / "data"), "cache": str(built.settings.cache_dir)})
    result = run_build("next", Settings(**settings.model_dump()), Console(quiet=True))
    assert not result.success
    assert f"foundation.{check}" in result.failed_blocking
    assert not {"verdicts", "gated", "split", "ready_package"} & set(result.metadata)
