"""Fixtures and settings every test shares: a clean environment, reproducible property tests, a local S3 server."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Deadlines measure the machine, not the code; derandomised examples make a red test red for everyone.
settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("EMPATHY_")] + ["DAGSTER_HOME", "OVH_S3_ENDPOINT"]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """A local S3 server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3_bucket(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URI of an empty bucket on the local S3 server, with the environment set as a user would."""
    import uuid

    import boto3

    values = {"OVH_S3_ENDPOINT": s3_endpoint, "AWS_REGION": "gra", "AWS_ACCESS_KEY_ID": "user", "AWS_SECRET_ACCESS_KEY": "local-only"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    name = f"empathy-{uuid.uuid4().hex[:8]}"
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="gra")
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "gra"})
    return f"s3://{name}/root"
