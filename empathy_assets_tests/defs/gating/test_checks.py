"""Tests that a lost record stops the graph before anything is composed of what is left."""

from pathlib import Path

import pytest
from rich.console import Console

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.build import run_build
from empathy_assets.defs.gating.checks import gated_checks, verdicts_checks
from empathy_assets.defs.stages import staging
from empathy_assets_tests.conftest import Built


def test_a_record_that_staging_loses_is_missed(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    true_route = staging.route
    monkeypatch.setattr(staging, "route", lambda frame, stage: true_route(frame, stage).slice(1 if stage == "persona" else 0))
    monkeypatch.chdir(tmp_path)
    settings = built.settings.model_copy(update={"storage": str(tmp_path / "data"), "cache": str(built.settings.cache_dir)})
    result = run_build("next", Settings(**settings.model_dump()), Console(quiet=True))
    assert not result.success
    assert result.failed_blocking == ["verdicts.sources_accounted"]
    assert not {"gated", "split", "ready_package"} & set(result.metadata)


def test_only_the_size_of_a_release_may_fall_short() -> None:
    specs = [*verdicts_checks.check_specs, *gated_checks.check_specs]
    assert [spec.name for spec in specs if not spec.blocking] == ["size"]
