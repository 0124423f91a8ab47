"""The same graph on an S3 storage root gives the same package, though the store fails one request in twenty; it is verified from there."""

import os

import pytest

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.faults.proxy import Answer, Proxy, Reset, Truncate, sometimes
from empathy_assets_tests.journeys.commands import build, run

pytestmark = pytest.mark.slow


def test_an_s3_storage_root_holds_the_same_bytes_through_a_storm(built: Built, s3_bucket: str, tmp_path) -> None:
    proxy = Proxy(os.environ["OVH_S3_ENDPOINT"])
    proxy.rule = sometimes(0.05, Answer(503, "SlowDown"), Answer(500, "InternalError"), Reset(), Reset(after=True), Truncate(0.5))
    proxy.start()
    variables = {name: os.environ[name] for name in ("AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    variables |= {"OVH_S3_ENDPOINT": proxy.url, "EMPATHY_S3_BACKOFF": "0.02", "EMPATHY_S3_BACKOFF_LIMIT": "0.2"}
    variables |= {"EMPATHY_STORAGE": s3_bucket, "EMPATHY_CACHE": str(built.settings.cache_dir)}
    facts = build(tmp_path, **variables)
    assert facts["success"]
    assert facts["merkle_root"] == built.result.metadata["ready_package"]["merkle_root"]
    assert facts["package"] == f"{s3_bucket}/releases/next"
    assert len(proxy.faults()) > 10
    assert "whole and unchanged" in run(tmp_path, "empathy", "verify", "next", **variables)
    again = build(tmp_path, **variables)
    assert (again["changed"], again["merkle_root"]) == (False, facts["merkle_root"])
    assert not (tmp_path / "data").exists()
    proxy.stop()
