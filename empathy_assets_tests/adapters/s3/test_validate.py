"""Tests of the validation of a storage root; refusals by a server are in `faults`."""

import pytest

from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.objects import Place
from empathy_assets.adapters.s3.settings import S3Settings
from empathy_assets.adapters.s3.validate import validate


def states(found) -> dict[str, str]:
    return {trial.name: trial.state for trial in found.trials}


def test_a_usable_root_passes_and_is_left_as_it_was(s3_bucket: str) -> None:
    place = Place(s3_bucket.split("/")[2], "root")
    found = validate(place, S3Settings.from_env())
    assert found.passed
    assert set(states(found).values()) == {"ok"}
    assert found.as_dict()["trials"][0] == {"name": "keys", "state": "ok", "found": "from the environment", "seconds": 0.0}
    assert boto_client().list_objects_v2(Bucket=place.bucket)["KeyCount"] == 0
    assert validate(Place(place.bucket, ""), S3Settings.from_env()).passed


def test_missing_keys_end_it_at_once(s3_bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    found = validate(Place("bucket", "root"), S3Settings.from_env())
    assert found.trials[0].found.startswith("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY not set.")
    assert set(states(found).values()) == {"failed", "skipped"}
    assert not found.passed


def test_an_endpoint_that_is_not_there_is_said_at_once(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVH_S3_ENDPOINT", "http://127.0.0.1:1")
    found = validate(Place("bucket", "root"), S3Settings.from_env())
    assert states(found)["endpoint"] == "failed"
    assert "Correct OVH_S3_ENDPOINT" in found.trials[1].found
