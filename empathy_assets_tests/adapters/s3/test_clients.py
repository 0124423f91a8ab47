"""Tests that every client is made from the same settings and reaches the same server."""

import re
from pathlib import Path

import fsspec
import polars as pl
import pytest

import empathy_assets
from empathy_assets.adapters.s3.clients import arrow_filesystem, boto_client
from empathy_assets.adapters.s3.filesystem import PatientS3FileSystem
from empathy_assets.adapters.s3.settings import S3Settings
from empathy_assets.adapters.storage import s3_settings, storage_root


def test_a_client_is_kept_while_settings_and_keys_stay(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = boto_client()
    assert boto_client() is first
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")
    assert boto_client() is not first
    monkeypatch.setenv("EMPATHY_S3_READ_TIMEOUT", "7")
    assert boto_client().meta.config.read_timeout == 7
    assert boto_client().meta.config.request_checksum_calculation == "when_required"


def test_pyarrow_polars_and_s3fs_read_what_each_other_wrote(s3_bucket: str) -> None:
    settings = S3Settings.from_env()
    table = storage_root(s3_bucket) / "table.parquet"
    frame = pl.DataFrame({"n": [1, 2]})
    with arrow_filesystem(settings).open_output_stream(table.path) as stream:
        frame.write_parquet(stream)
    keys = {"aws_access_key_id": "user", "aws_secret_access_key": "local-only"}
    assert pl.read_parquet(str(table), storage_options=settings.polars_options() | keys).equals(frame)
    assert pl.read_parquet(table.read_bytes()).equals(frame)


def test_every_s3_path_of_the_process_uses_our_file_system(s3_bucket: str) -> None:
    root = storage_root(s3_bucket)
    assert isinstance(root.fs, PatientS3FileSystem)
    assert fsspec.get_filesystem_class("s3") is PatientS3FileSystem
    assert s3_settings(root / "below") == S3Settings.from_env()


def test_nobody_else_makes_a_client() -> None:
    """One place that speaks to S3: settings, retries and checksums cannot be forgotten."""
    root = Path(empathy_assets.__file__).parent
    makers = re.compile(r"^\s*(?:import|from) (?:boto3|botocore|aiobotocore|s3fs|s3transfer)\b|pyarrow\.fs|S3FileSystem", re.MULTILINE)
    found = {path.relative_to(root).parent.as_posix() for path in root.rglob("*.py") if makers.search(path.read_text(encoding="utf-8"))}
    assert found == {"adapters/s3"}
