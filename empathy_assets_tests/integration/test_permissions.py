"""`deploy/bucket-policy.json` on Ceph, which enforces it: it is enough for a build, and nothing in it can be left out."""

from pathlib import Path
from typing import Any

import pytest

from empathy_assets.adapters.releases import is_published
from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.errors import S3DeniedError, explained
from empathy_assets.adapters.s3.multipart import sent_parts
from empathy_assets.adapters.s3.settings import S3Settings
from empathy_assets.adapters.storage import read_bytes, s3_place, storage_root
from empathy_assets_tests.adapters.packed import publish
from empathy_assets_tests.integration.conftest import POLICY, Allow
from empathy_assets_tests.integration.test_ceph import validated

pytestmark = pytest.mark.integration
ACTIONS = {action for statement in POLICY["Statement"] for action in statement["Action"]}
OWN = {"s3:GetObject", "s3:ListMultipartUploadParts"}


def test_the_shipped_policy_is_enough_to_publish_and_to_validate(allow: Allow, bucket: str, tmp_path: Path) -> None:
    allow()
    trials = validated(tmp_path, f"s3://{bucket}/root")
    assert {state for state, _ in trials.values()} <= {"ok", "note"}
    root = storage_root(f"s3://{bucket}/root")
    publish(root, "v0.1.0", tmp_path)
    assert is_published(root, "v0.1.0")


@pytest.mark.parametrize("action", sorted(ACTIONS - OWN))
def test_what_is_left_out_of_the_policy_is_missed_and_named(action: str, allow: Allow, bucket: str, tmp_path: Path) -> None:
    allow(action)
    trials = validated(tmp_path, f"s3://{bucket}/root", expect=1)
    failed = {name: found for name, (state, found) in trials.items() if state == "failed"}
    assert any(action in found for found in failed.values()), failed


def test_what_another_user_wrote_or_began_can_be_read_and_continued(allow: Allow, owner: Any, bucket: str) -> None:
    """Ceph lets everybody read what is their own: these two permissions show only where somebody else's is met."""
    root = storage_root(f"s3://{bucket}/root")
    place = s3_place(root / "begun")
    owner.put_object(Bucket=bucket, Key="root/table", Body=b"rows")
    begun = owner.create_multipart_upload(Bucket=bucket, Key=place.key)["UploadId"]
    owner.upload_part(Bucket=bucket, Key=place.key, UploadId=begun, PartNumber=1, Body=b"part")
    settings = S3Settings.from_env()
    allow()
    assert read_bytes(root / "table") == b"rows"
    assert list(sent_parts(boto_client(), place, begun)) == [1]
    allow("s3:GetObject")
    with pytest.raises(S3DeniedError, match=r"Grant s3:GetObject \("):
        read_bytes(root / "table")
    allow("s3:ListMultipartUploadParts")
    with pytest.raises(S3DeniedError, match="Grant s3:ListMultipartUploadParts"), explained(str(place), settings):
        sent_parts(boto_client(), place, begun)


def test_nothing_beside_the_prefix_can_be_written(allow: Allow, bucket: str, tmp_path: Path) -> None:
    allow()
    trials = validated(tmp_path, f"s3://{bucket}/elsewhere", expect=1)
    assert trials["put"][0] == "failed"
    assert "s3:PutObject" in trials["put"][1]
