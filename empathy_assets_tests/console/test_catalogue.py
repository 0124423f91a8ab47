"""Tests of the catalogue command: which packages hold what, and where."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from empathy_assets import cli
from empathy_assets.adapters.packages import archive_package
from empathy_assets.adapters.releases import archive_path
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root
from empathy_assets.console.catalogue import holdings, print_holdings
from empathy_assets_tests.adapters.packed import publish


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A storage root with `next` and an archived v0.1.0, neither of them in the catalogue yet."""
    settings = Settings(storage=str(tmp_path / "data"))
    root = storage_root(settings.storage)
    for release in ("v0.1.0", "next"):
        publish(root, release, tmp_path)
    archive_package(root, "v0.1.0")
    monkeypatch.setenv("EMPATHY_STORAGE", settings.storage)
    return settings


def shown(found: dict) -> str:
    console = Console(record=True, width=250)
    print_holdings(found, console)
    return console.export_text()


def test_a_record_is_found_in_every_package_that_holds_it_with_its_line(settings: Settings) -> None:
    line = json.loads((archive_path(storage_root(settings.storage), "v0.1.0") / "val.jsonl").read_text().splitlines()[1])
    found = holdings(line["metadata"]["id"], settings)
    assert [(row["release"], row["split"], row["line"]) for row in found["records"]] == [("next", "val", 2), ("v0.1.0", "val", 2)]
    assert [(row["release"], row["train"], row["val"], row["test"]) for row in found["releases"]] == [
        ("next", 0, 1, 0),
        ("v0.1.0", 0, 1, 0),
    ]
    assert found["releases"][1]["lies_in"] == str(archive_path(storage_root(settings.storage), "v0.1.0"))
    assert "val.jsonl:2" in shown(found)
    assert "admitted: rank" in shown(found)


def test_filters_narrow_and_the_rest_is_counted(settings: Settings) -> None:
    every = holdings("", settings)
    assert len(every["records"]) == 80
    assert "and 60 more; --json prints all" in shown(every)
    some = holdings("", settings, release="next", stage="persona", split="train", source="", licence="")
    assert some["records"]
    assert {(row["release"], row["stage"], row["split"]) for row in some["records"]} == {("next", "persona", "train")}


def test_the_command_says_where_and_that_nothing_fits(settings: Settings) -> None:
    runner = CliRunner()
    done = runner.invoke(cli.app, ["catalogue", "--split", "test", "--release", "v0.1.0", "--json"])
    assert done.exit_code == 0
    facts = json.loads(done.output)
    assert len(facts["records"]) == facts["releases"][0]["test"] > 0
    nothing = runner.invoke(cli.app, ["catalogue", "no-such-file.epub"])
    assert (nothing.exit_code, nothing.output.strip()) == (0, "no published package holds a record that fits")
