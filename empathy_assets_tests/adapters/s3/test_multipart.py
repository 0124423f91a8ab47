"""Tests of unfinished uploads and the server's clock; giving up old ones is in `faults`, behind a server that tells their age."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.multipart import sent_parts, skew, unfinished
from empathy_assets.adapters.s3.objects import Place


def test_begun_uploads_are_listed_with_their_parts(s3_bucket: str) -> None:
    bucket, client = s3_bucket.split("/")[2], boto_client()
    place = Place(bucket, "root/train")
    upload_id = client.create_multipart_upload(Bucket=bucket, Key=place.key)["UploadId"]
    client.create_multipart_upload(Bucket=bucket, Key="other")
    tag = client.upload_part(Bucket=bucket, Key=place.key, UploadId=upload_id, PartNumber=2, Body=b"part")["ETag"].strip('"')
    assert [each.upload_id for each in unfinished(client, bucket, "root/")] == [upload_id]
    assert sent_parts(client, place, upload_id) == {2: (4, tag)}
    assert sent_parts(client, place, "gone") == {}
    with pytest.raises(client.exceptions.ClientError):
        unfinished(client, "no-such-bucket-here", "")


def test_the_clock_is_compared_with_the_servers() -> None:
    behind = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    assert skew({"ResponseMetadata": {"HTTPHeaders": {"date": behind}}}) == pytest.approx(3600, abs=3)
    assert skew({"ResponseMetadata": {"HTTPHeaders": {"date": "noon"}}}) is None
    assert skew({}) is None
