"""Fixtures of the integration tests: each server is started once, on its own; what is not installed is skipped with what to install."""

import json
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from empathy_assets.adapters.s3.filesystem import PatientS3FileSystem
from empathy_assets_tests.conftest import empty_database
from empathy_assets_tests.integration.ceph import ABSENT, Ceph, ceph, missing
from empathy_assets_tests.integration.postgresql import ABSENT as POSTGRESQL_ABSENT
from empathy_assets_tests.integration.postgresql import Server, postgresql, programs

OWNER = ("owner", "AKIDOWNEROFBUCKETS", "own/er+se%cret=of:buckets")
"""Name and keys of the user to whom the buckets belong; its secret needs escaping wherever it is put into a URL."""
BUILDER = ("builder", "AKIDOFTHEBUILDER", "secret-of-the-builder")
"""Name and keys of a user to whom nothing belongs."""
POLICY = json.loads((Path(__file__).parents[2] / "deploy/bucket-policy.json").read_text(encoding="utf-8"))
Allow = Callable[..., None]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Ceph]:
    """A Ceph cluster with its gateway over https."""
    if absent := missing():
        pytest.skip(f"{', '.join(absent)} not found. {ABSENT}")
    folder = Path(tempfile.mkdtemp(prefix="empathy-ceph-"))  # not below pytest's: paths of sockets may have 107 characters
    try:
        with ceph(folder) as running:
            running.user(*OWNER)
            yield running
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def owner(cluster: Ceph, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A plain client of the owner, and the environment set as a user of the cluster would."""
    import boto3
    from botocore.config import Config

    environment(cluster, monkeypatch, *OWNER[1:])
    config = Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required")
    return boto3.client("s3", endpoint_url=cluster.url, region_name="gra", verify=str(cluster.authority), config=config)


def environment(cluster: Ceph, monkeypatch: pytest.MonkeyPatch, access: str, secret: str) -> None:
    """Set what a user of the cluster sets, with parts as small as the protocol allows."""
    values = {"OVH_S3_ENDPOINT": cluster.url, "AWS_CA_BUNDLE": str(cluster.authority), "AWS_REGION": "gra"}
    values |= {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret, "EMPATHY_S3_PART_MIB": "5"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION"):
        monkeypatch.delenv(name, raising=False)
    PatientS3FileSystem.clear_instance_cache()  # one of another test may hold the keys of another user


@pytest.fixture
def bucket(owner: Any) -> Iterator[str]:
    """The name of an empty bucket; what lies in memory is freed afterwards."""
    name = f"empathy-{uuid.uuid4().hex[:8]}"
    owner.create_bucket(Bucket=name)
    yield name
    for page in owner.get_paginator("list_objects_v2").paginate(Bucket=name):
        for each in page.get("Contents", []):
            owner.delete_object(Bucket=name, Key=each["Key"])


@pytest.fixture(scope="session")
def builder(cluster: Ceph) -> str:
    """The name of the builder."""
    cluster.user(*BUILDER)
    return BUILDER[0]


@pytest.fixture
def allow(cluster: Ceph, builder: str, owner: Any, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Allow:
    """Let the environment be the builder's, to whom the shipped policy grants everything in it but some actions."""
    environment(cluster, monkeypatch, *BUILDER[1:])

    def granted(*but: str) -> None:
        named = json.dumps(POLICY).replace("empathy-datasets/prefix", f"{bucket}/root")
        shipped = json.loads(named.replace("empathy-datasets", bucket).replace("empathy-logs", bucket))
        for statement in shipped["Statement"]:
            statement["Principal"] = {"AWS": [f"arn:aws:iam:::user/{builder}"]}
            statement["Action"] = [action for action in statement["Action"] if action not in but]
        owner.put_bucket_policy(Bucket=bucket, Policy=json.dumps(shipped))

    return granted


@pytest.fixture(scope="session")
def debian() -> Iterator[Server]:
    """PostgreSQL of Debian's packages."""
    binaries = programs()
    if binaries is None:
        pytest.skip(POSTGRESQL_ABSENT)
    with postgresql(binaries, Path(tempfile.mkdtemp(prefix="empathy-postgresql-"))) as running:
        yield running


@pytest.fixture
def debian_url(debian: Server) -> Iterator[str]:
    """The URL of an empty database."""
    with empty_database(debian.url) as url:
        yield url
