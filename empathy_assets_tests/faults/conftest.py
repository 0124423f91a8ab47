"""Fixtures of the fault tests: one server for all, and for each a proxy, a bucket, an environment that waits seconds, not minutes."""

import uuid
from collections.abc import Iterator

import pytest

from empathy_assets_tests.faults.proxy import Proxy
from empathy_assets_tests.faults.servers import Moto, moto

ENVIRONMENT = {
    "AWS_REGION": "gra",
    "AWS_ACCESS_KEY_ID": "user-key-id",
    # pragma: allowlist nextline secret - of a server of the tests
    "AWS_SECRET_ACCESS_KEY": "local-secret-value",
    "EMPATHY_S3_PART_MIB": "5",
    "EMPATHY_S3_PATIENCE": "20",
    "EMPATHY_S3_BACKOFF": "0.02",
    "EMPATHY_S3_BACKOFF_LIMIT": "0.2",
    "EMPATHY_S3_READ_TIMEOUT": "5",
}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moto]:
    with moto(tmp_path_factory.mktemp("moto")) as running:
        yield running


@pytest.fixture
def proxy(server: Moto, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy that the environment points at; it breaks nothing until a test gives it a rule."""
    running = Proxy(server.url)
    running.start()
    for name, value in (ENVIRONMENT | {"OVH_S3_ENDPOINT": running.url}).items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    yield running
    running.stop()


@pytest.fixture
def bucket(proxy: Proxy, server: Moto) -> str:
    """The name of an empty bucket behind the proxy."""
    import boto3

    name = f"empathy-{uuid.uuid4().hex[:8]}"
    client = boto3.client("s3", endpoint_url=server.url, region_name="gra")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "gra"})
    return name
