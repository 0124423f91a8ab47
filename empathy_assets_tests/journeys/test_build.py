"""The main job: build, build again, build after a kill: always the same bytes. With stock Dagster `docs/test_readme` builds."""

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.journeys.commands import SCALE, build, environment, run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def first(home: Path) -> dict:
    return build(home)


def test_a_fresh_folder_with_nothing_configured_builds(first: dict, home: Path) -> None:
    assert first["success"]
    assert first["conversations"] == 300
    assert first["splits"] == {"train": 210, "val": 45, "test": 45}
    assert first["failed_blocking_checks"] == []
    assert "whole and unchanged" in run(home, "empathy", "verify", "next")


def test_another_process_and_another_folder_give_the_same_bytes(first: dict, built: Built) -> None:
    assert built.result.metadata["ready_package"]["merkle_root"] == first["merkle_root"]


def test_a_second_run_reuses_the_work_and_changes_nothing(first: dict, home: Path) -> None:
    second = build(home)
    assert (second["merkle_root"], second["changed"]) == (first["merkle_root"], False)


def test_a_killed_run_continues_and_ends_with_the_same_bytes(first: dict, home: Path, tmp_path: Path) -> None:
    cache = tmp_path / "data" / "cache"
    shutil.copytree(home / "data" / "cache", cache, ignore=shutil.ignore_patterns("generation"))  # what it dies in is done anew
    started = subprocess.Popen(
        ["empathy", "build", "--scale", SCALE],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 300
    while not (tmp_path / "data" / "bias_samples" / "data.parquet").exists():
        assert started.poll() is None, "the build ended before it could be killed"
        assert time.monotonic() < deadline, "the build did not reach generation"
        time.sleep(0.05)
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert not (tmp_path / "data" / "releases" / "next" / "manifest.json").exists()
    assert build(tmp_path)["merkle_root"] == first["merkle_root"]


def test_an_unknown_release_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    done = subprocess.run(
        ["empathy", "build", "--release", "v9.9.9"], cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: release 'v9.9.9' is unknown")
    assert "Traceback" not in done.stderr
