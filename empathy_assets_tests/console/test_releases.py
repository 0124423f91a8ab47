"""Tests of the releases command: what is listed, in which state, and the way into the archive."""

import json
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from empathy_assets import cli
from empathy_assets.adapters.catalogue import FILE
from empathy_assets.adapters.record_catalogue import find, load_all
from empathy_assets.adapters.releases import archive_path, package_path
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root
from empathy_assets.console.releases import archive_releases, catalogue_of, listed, print_releases
from empathy_assets_tests.adapters.packed import publish


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A storage root with `next` and v0.1.0 to v0.4.0; the environment of the command points at it."""
    settings = Settings(storage=str(tmp_path / "data"))
    root = storage_root(settings.storage)
    publish(root, "v0.1.0", tmp_path)
    publish(root, "next", tmp_path)
    for n in range(2, 5):
        shutil.copytree(package_path(root, "v0.1.0"), package_path(root, f"v0.{n}.0"))
    monkeypatch.setenv("EMPATHY_STORAGE", settings.storage)
    return settings


def states(settings: Settings, *, history: bool = False) -> dict[str, str]:
    return {row["release"]: row["state"] for row in listed(settings, history=history)}


def test_every_package_has_its_state(settings: Settings) -> None:
    assert states(settings) == {
        "next": "rolling",
        "v0.1.0": "due for archive",
        "v0.2.0": "published",
        "v0.3.0": "published",
        "v0.4.0": "published",
    }


def test_the_archive_is_explicit_and_what_is_gone_is_said(settings: Settings) -> None:
    listed(settings, history=False)
    archive_releases(["v0.1.0"], settings)
    shutil.rmtree(package_path(storage_root(settings.storage), "v0.3.0"))
    assert states(settings) == {"next": "rolling", "v0.1.0": "archived", "v0.2.0": "published", "v0.3.0": "missing", "v0.4.0": "published"}


def test_the_records_of_a_package_that_is_gone_leave_the_catalogue(settings: Settings) -> None:
    catalogue = catalogue_of(settings)
    load_all(catalogue)
    shutil.rmtree(package_path(catalogue.root, "v0.3.0"))
    assert states(settings)["v0.3.0"] == "missing"
    assert find(catalogue, release="v0.3.0").is_empty()
    assert find(catalogue).height == 160


def test_what_a_rolling_release_held_before_is_history(settings: Settings, tmp_path: Path) -> None:
    listed(settings, history=False)
    publish(storage_root(settings.storage), "next", tmp_path, git_commit="another")
    assert len(listed(settings, history=False)) == 5
    assert [row["state"] for row in listed(settings, history=True)].count("replaced") == 1


def test_the_command_lists_archives_and_fails_where_one_is_gone(settings: Settings) -> None:
    runner = CliRunner()
    shown = runner.invoke(cli.app, ["releases", "--archive", "v0.1.0", "--json"])
    assert shown.exit_code == 0
    rows = {row["release"]: row for row in json.loads(shown.output)}
    assert (rows["v0.1.0"]["state"], rows["v0.1.0"]["rows"], len(rows["v0.1.0"]["merkle_root"])) == ("archived", 40, 64)
    assert rows["v0.1.0"]["certificate"]["passed"]
    root = storage_root(settings.storage)
    assert runner.invoke(cli.app, ["verify", "v0.1.0"]).exit_code == 0
    shutil.rmtree(archive_path(root, "v0.1.0"))
    assert runner.invoke(cli.app, ["releases"]).exit_code == 1
    assert (Path(settings.storage) / FILE).exists()


def test_the_table_shows_what_the_catalogue_holds(settings: Settings) -> None:
    console = Console(record=True, width=200)
    print_releases(listed(settings, history=False), console)
    text = console.export_text()
    assert "due for archive" in text
    assert "passed 0.955/0.840" in text
    assert "releases/v0.4.0" in text


def test_nothing_published_is_said(tmp_path: Path) -> None:
    console = Console(record=True)
    print_releases(listed(Settings(storage=str(tmp_path)), history=False), console)
    assert "nothing is published" in console.export_text()
