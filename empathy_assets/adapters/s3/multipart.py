"""Unfinished multipart uploads: which there are, which parts they hold, and the end of those nobody came back to.

Lives here: listing and giving up. Must not live here: sending.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from empathy_assets.adapters.s3.errors import error_code
from empathy_assets.adapters.s3.objects import Place


@dataclass(frozen=True)
class Unfinished:
    """An upload that was begun and neither completed nor given up."""

    key: str
    upload_id: str
    age: timedelta  # by the server's own clock


def unfinished(client: Any, bucket: str, prefix: str) -> list[Unfinished]:
    """Return the unfinished uploads below `prefix`, oldest first."""
    found: list[Unfinished] = []
    markers: dict[str, str] = {}
    while True:
        page = client.list_multipart_uploads(Bucket=bucket, Prefix=prefix, **markers)
        now = datetime.now(UTC) - timedelta(seconds=skew(page) or 0.0)
        found += [Unfinished(each["Key"], each["UploadId"], now - each["Initiated"]) for each in page.get("Uploads", [])]
        if not page.get("IsTruncated"):
            return sorted(found, key=lambda each: (-each.age, each.key, each.upload_id))
        markers = {"KeyMarker": page.get("NextKeyMarker", ""), "UploadIdMarker": page.get("NextUploadIdMarker", "")}


def sent_parts(client: Any, place: Place, upload_id: str) -> dict[int, tuple[int, str]]:
    """Return size and entity tag of the parts an upload holds, by number; nothing if the upload is gone."""
    try:
        return {part["PartNumber"]: (part["Size"], part["ETag"].strip('"')) for part in _parts(client, place, upload_id)}
    except client.exceptions.ClientError as error:
        if error_code(error) in ("NoSuchUpload", "404"):
            return {}
        raise


def _parts(client: Any, place: Place, upload_id: str) -> Iterator[dict[str, Any]]:
    marker: dict[str, int] = {}
    while True:
        page = client.list_parts(Bucket=place.bucket, Key=place.key, UploadId=upload_id, **marker)
        yield from page.get("Parts", [])
        if not page.get("IsTruncated"):
            return
        marker = {"PartNumberMarker": page["NextPartNumberMarker"]}


def abort_stale(client: Any, bucket: str, prefix: str, older_than: timedelta) -> list[Unfinished]:
    """Give up the uploads below `prefix` that are older, and return them; their parts are freed."""
    stale = [each for each in unfinished(client, bucket, prefix) if each.age > older_than]
    for each in stale:
        try:
            client.abort_multipart_upload(Bucket=bucket, Key=each.key, UploadId=each.upload_id)
        except client.exceptions.ClientError as error:
            if error_code(error) not in ("NoSuchUpload", "404"):
                raise
    return stale


def skew(response: dict[str, Any]) -> float | None:
    """Return the seconds this machine's clock is ahead of the server's, to the second; None where the server does not tell."""
    said = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    return (datetime.now(UTC) - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))).total_seconds()
