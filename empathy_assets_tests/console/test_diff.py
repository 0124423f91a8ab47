"""Tests of comparing and verifying packages by key and by URI, also from S3 and against each other."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from empathy_assets import cli
from empathy_assets.adapters.packages import archive_package
from empathy_assets.adapters.releases import package_path
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root
from empathy_assets.console.diff import compare_packages, print_diff
from empathy_assets_tests.adapters.packed import publish


@pytest.fixture
def bucket(s3_bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A storage root on S3 with v0.1.0, and `next` without two of its records."""
    monkeypatch.setenv("EMPATHY_STORAGE", s3_bucket)
    monkeypatch.setenv("EMPATHY_CACHE", str(tmp_path / "cache"))
    publish(s3_bucket, "v0.1.0", tmp_path)
    publish(s3_bucket, "next", tmp_path, git_commit="another")
    return s3_bucket


def test_packages_on_s3_are_verified_and_a_changed_byte_is_found(bucket: str) -> None:
    runner = CliRunner()
    for name in ("v0.1.0", f"{bucket}/releases/v0.1.0"):
        shown = runner.invoke(cli.app, ["verify", name])
        assert (shown.exit_code, "whole and unchanged" in shown.output) == (0, True)
    target = package_path(storage_root(bucket), "v0.1.0") / "train.jsonl"
    target.write_bytes(target.read_bytes().replace(b"evenings", b"mornings", 1))
    shown = runner.invoke(cli.app, ["verify", "v0.1.0", "--json"])
    assert shown.exit_code == 1
    assert any("train.jsonl" in problem for problem in json.loads(shown.output)["problems"])


def test_packages_are_compared_across_s3_archive_and_disk(bucket: str, tmp_path: Path) -> None:
    publish(str(tmp_path / "disk"), "v0.1.0", tmp_path)
    archive_package(storage_root(bucket), "v0.1.0")
    settings = Settings.from_env()
    for new in ("next", str(tmp_path / "disk" / "releases" / "v0.1.0")):
        found = compare_packages("v0.1.0", new, settings)
        assert found["summary"] == "0 added, 0 removed, 0 changed, 40 unchanged; drifted: nothing"


def test_what_changed_is_printed(bucket: str) -> None:
    found = {
        "summary": "1 added",
        "added": [{"id": "c-1", "stage": "persona"}],
        "removed": [],
        "changed": [{"id": "c-2", "fields": ["licence"]}],
        "drift": [{"figure": "words", "psi": 0.3, "shifted": True}],
    }
    console = Console(record=True, width=120)
    print_diff(found, console)
    text = console.export_text()
    assert all(part in text for part in ("1 added", "added: 1", "c-2", "0.3000"))


@pytest.mark.parametrize("command", [["verify", "s3://bucket/x"], ["diff", "s3://bucket/x", "s3://bucket/y"], ["releases"]])
def test_a_store_without_credentials_is_one_sentence(command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    absent = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"}
    for name, value in absent.items() | {("AWS_REGION", "gra"), ("EMPATHY_STORAGE", "s3://bucket/root"), ("EMPATHY_CACHE", str(tmp_path))}:
        monkeypatch.setenv(name, value)
    shown = CliRunner().invoke(cli.app, command)
    assert isinstance(shown.exception, OSError)
    assert "AWS_ACCESS_KEY_ID" in str(shown.exception)


def test_a_folder_that_is_no_package_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no readable train\.parquet .* expected a package"):
        compare_packages(str(tmp_path), str(tmp_path), Settings())


@pytest.mark.parametrize("command", [["verify", "v9.9.9"], ["verify", "s3://{bucket}/nowhere"], ["diff", "next", "v9.9.9"]])
def test_a_package_that_is_not_there_is_one_sentence(command: list[str], bucket: str) -> None:
    named = [part.format(bucket=bucket.removeprefix("s3://")) for part in command]
    shown = CliRunner().invoke(cli.app, named)
    assert isinstance(shown.exception, OSError)
    assert "no package at" in str(shown.exception)
