"""The step the generated sources share: what is written, and what is told about the rest."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import polars as pl
import pytest

from empathy_assets.adapters.data_designer import GenerationError
from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.generation.designer import run_designer
from empathy_assets.defs.resources import workspace_of
from empathy_assets_tests.adapters.data_designer.server import KEY, KEY_ENV, Model, serving
from empathy_assets_tests.engines.generating.test_plan import passages, plan


def context(asset: str) -> Any:
    return SimpleNamespace(asset_key=dg.AssetKey([asset]), log=SimpleNamespace(info=lambda _: None))


def settings(tmp_path: Path, model: Model, **given: Any) -> Settings:
    known = {"llm_endpoint": model.url, "llm_model": "m", "llm_key_env": KEY_ENV, "llm_timeout": 20}
    return Settings(storage=str(tmp_path), backend="llm", **{**known, **given})


def test_what_a_model_wrote_lost_and_judged_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, KEY)
    ordered = plan().filter(pl.col("kind").is_in(["nightmare", "therapeutic"])).group_by("kind", maintain_order=True).head(4)
    ordered = ordered.select(plan().columns).with_columns(backend=pl.lit("llm"))
    with serving(Model(lambda number, what: "malformed" if number == 0 else "")) as model:
        workspace = workspace_of(settings(tmp_path, model))
        outcome = run_designer(context("nightmare_scenarios"), workspace, ordered, passages())
    assert outcome.frame.height == outcome.metadata["planned"] == 4
    assert outcome.metadata["missing"] == 0
    assert "malformed reply" in outcome.metadata["faults"].value
    assert "llm:m" in outcome.metadata["by_writer"].value
    assert "safe" in outcome.metadata["model_verdicts"].value


def test_the_budget_is_held_against_the_whole_plan_before_anything_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, KEY)
    with serving(Model()) as model:
        workspace = workspace_of(settings(tmp_path, model, llm_budget=0.05))
        with pytest.raises(GenerationError, match=r"the budget is 0\.05"):
            run_designer(context("nightmare_scenarios"), workspace, plan().with_columns(backend=pl.lit("llm")), passages())
    assert not model.prompts


def test_embedded_rows_are_told_without_a_model(tmp_path: Path) -> None:
    workspace = workspace_of(Settings(storage=str(tmp_path)))
    outcome = run_designer(context("nightmare_scenarios"), workspace, plan(300), passages())
    assert outcome.metadata["missing"] == 0
    assert "faults" not in outcome.metadata
