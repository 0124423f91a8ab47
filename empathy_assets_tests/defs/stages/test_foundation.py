"""Tests of the `foundation` stage, and of the blocking checks all stages share on planted faults."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.build import run_build
from empathy_assets.defs.stages import staging
from empathy_assets.records.arrow import set_fields
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_staged


def test_rows_are_prepared_scored_and_in_their_own_stage(built: Built) -> None:
    rows = built.table("foundation", "next")
    assert_staged(rows, "foundation")
    assert set(rows["labels"].struct.field("kind")) == {"corpus", "therapeutic", "bias"}
    assert rows["exempt_from"].list.len().sum() == 0


def test_landed_dialogues_end_with_the_counsellor(built: Built) -> None:
    rows = built.table("foundation", "next").filter(pl.col("source") == "conversation_corpora")
    assert set(rows["turns"].list.last().struct.field("role")) == {"assistant"}


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
