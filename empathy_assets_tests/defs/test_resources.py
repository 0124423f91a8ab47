"""Tests of the resources."""

import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
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
    assert workspace.engine == "onnx"
    assert workspace_of(Settings(storage=str(tmp_path), compute="ray", ray_gpus=1.0)).engine == "torch"


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


_DIES = """
import os, signal, sys
from upath import UPath
from empathy_assets.adapters.scratch import scratch_file
from empathy_assets.defs.resources import workspace_of
from empathy_assets.adapters.leases import hold
from empathy_assets.adapters.settings import Settings
workspace = workspace_of(Settings(storage=sys.argv[1]))
hold(workspace.catalogue, "next", sys.argv[2], lambda _: False)
(workspace.cache_dir / "scoring").mkdir(parents=True)
scratch_file(workspace.cache_dir / "scoring", "chunk.parquet")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_whoever_takes_the_lease_of_a_dead_process_closes_its_run_and_clears_up_after_it(tmp_path: Path) -> None:
    """A run of stock Dagster carries no tag of its process: the lease knows it."""
    workspace = workspace_of(Settings(storage=str(tmp_path)))
    with dg.DagsterInstance.ephemeral() as instance:

        @dg.job
        def job() -> None:
            pass

        run = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        dying = subprocess.run([sys.executable, "-c", _DIES, str(tmp_path), run.run_id], check=False)
        assert dying.returncode == -signal.SIGKILL
        (tmp_path / "releases/.next.old").mkdir(parents=True)
        assert workspace.reserve("next", "another", instance) == [
            f"run {run.run_id[:8]} had lost its process; it is marked as failed, its finished work is used",
            "a publication of next that was killed is cleared away",
            "1 scratch files or folders (0.0 MiB) of builds that were killed are removed",
        ]
        assert instance.get_run_by_id(run.run_id).status == dg.DagsterRunStatus.FAILURE
        assert workspace.reserve("next", "another", instance) == []
    assert not list(tmp_path.rglob(".*.part"))
