"""Tests of what the s3 command shows; the command itself, run for real, is in `faults`."""

import io

import pytest
from rich.console import Console

from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.settings import S3SettingsError
from empathy_assets.adapters.settings import Settings
from empathy_assets.console.s3 import overview, print_overview, print_validation, root_place, run_validation


def shown(show) -> str:
    out = io.StringIO()
    show(Console(file=out, width=200))
    return out.getvalue()


def test_a_local_root_is_refused_with_what_was_expected(tmp_path) -> None:
    with pytest.raises(S3SettingsError, match="expected s3://bucket/prefix"):
        root_place(Settings(storage=str(tmp_path)))
    with pytest.raises(S3SettingsError, match="Correct EMPATHY_STORAGE"):
        root_place(Settings(storage="s3://"))


def test_the_verdict_is_one_line_per_trial(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = shown(lambda console: print_validation(run_validation(Settings(storage=s3_bucket)), console))
    assert "multipart" in said
    assert "usable for builds" in said
    monkeypatch.setenv("OVH_S3_ENDPOINT", "http://127.0.0.1:1")
    said = shown(lambda console: print_validation(run_validation(Settings(storage=s3_bucket)), console))
    assert "not usable: endpoint" in said


def test_unfinished_uploads_are_shown_and_given_up(s3_bucket: str) -> None:
    settings = Settings(storage=s3_bucket)
    assert "no unfinished uploads" in shown(lambda console: print_overview(overview(settings, give_up=False), console))
    bucket = s3_bucket.split("/")[2]
    boto_client().create_multipart_upload(Bucket=bucket, Key="root/releases/next/train.parquet")
    facts = overview(settings, give_up=False)
    assert [row["key"] for row in facts["unfinished"]] == ["root/releases/next/train.parquet"]
    assert "train.parquet" in shown(lambda console: print_overview(facts, console))
    facts = overview(settings, give_up=True)  # the test server calls every upload years old
    assert (len(facts["aborted"]), facts["unfinished"]) == (1, [])
    assert "1 stale uploads given up" in shown(lambda console: print_overview(facts, console))
