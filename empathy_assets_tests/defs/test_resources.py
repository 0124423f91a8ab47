"""Tests of the resources."""

from pathlib import Path

from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.resources import Workspace, build_resources


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
