"""Tests of the resources."""

from pathlib import Path

import pytest

from empathy_assets.adapters.data_designer import GenerationSettings
from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.resources import Workspace, build_resources, workspace_of


def test_resources_follow_the_settings(tmp_path: Path) -> None:
    resources = build_resources(Settings(storage=str(tmp_path / "data"), scale=0.5))
    workspace = resources["workspace"]
    assert isinstance(workspace, Workspace)
    assert workspace.scale == 0.5
    assert workspace.cache_dir == tmp_path / "data" / "cache"
    assert workspace.landing_dir.name == "sample_landing"
    assert str(workspace.root) == str(tmp_path / "data")
    assert workspace.quarantine.read_all().is_empty()
    assert workspace.frames.hits == 0


def test_exports_and_catalogue_follow_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = workspace_of(Settings(storage=str(tmp_path), exports="csv,json-ld"))
    assert workspace.export_formats == ("csv", "json-ld")
    assert workspace_of(Settings(storage=str(tmp_path))).export_formats == ()
    assert workspace.catalogue.rows() == []
    assert (tmp_path / "catalogue.sqlite").exists()
    # pragma: allowlist nextline secret - of nobody
    monkeypatch.setenv("EMPATHY_DATABASE_URL", "postgresql://me:secret@h/d")
    assert workspace.catalogue.url.get_backend_name() == "postgresql"
    assert "secret" not in str(workspace.model_dump())


def test_generation_follows_the_settings(tmp_path: Path) -> None:
    workspace = workspace_of(Settings(storage=str(tmp_path), llm_endpoint="http://h/v1", llm_model="m", llm_judge=False, llm_budget=5))
    assert workspace.generation == GenerationSettings(
        endpoint="http://h/v1", model="m", key_env="EMPATHY_LLM_API_KEY", judge=False, budget=5
    )
    assert workspace.generation_dir == tmp_path / "cache" / "generation"
