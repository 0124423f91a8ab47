"""Single objects: what is known of one, reading it whole and verified, putting a small one.

Lives here: heads, streaming with resumption, the SHA-256 that travels in an object's metadata. Must not live here: large files on their way
up (`upload`).
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from empathy_assets.adapters.s3.errors import S3DamagedError, is_absent
from empathy_assets.adapters.s3.retrying import Backoff, is_transient
from empathy_assets.adapters.s3.settings import MIB, S3Settings

SHA256 = "sha256"
"""Name of the metadata field that holds the SHA-256 of an object's bytes, hex."""

_PLAIN_MD5 = re.compile(r"^[0-9a-f]{32}$")


class _ShortBodyError(Exception):
    """A body ended before its length; what came stays valid."""


class _ChangedBodyError(Exception):
    """All bytes came, but they are others than were stored, or the object was replaced meanwhile."""


@dataclass(frozen=True)
class Place:
    """A bucket and a key."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class Head:
    """What the store says about an object."""

    bytes: int
    etag: str
    sha256: str  # empty if whoever wrote it gave none

    @classmethod
    def of(cls, response: dict[str, Any], size: int) -> "Head":
        """Return the head that a response to HEAD or GET carries."""
        return cls(size, str(response.get("ETag", "")).strip('"'), str(response.get("Metadata", {}).get(SHA256, "")))

    @property
    def md5(self) -> str:
        """The MD5 of the bytes, where the entity tag is one; empty for multipart and encrypted objects."""
        return self.etag if _PLAIN_MD5.match(self.etag) else ""


def head_object(client: Any, place: Place) -> Head | None:
    """Return what is known of an object, or None if there is none."""
    try:
        response = client.head_object(Bucket=place.bucket, Key=place.key)
    except client.exceptions.ClientError as error:
        if is_absent(error):
            return None
        raise
    return Head.of(response, int(response["ContentLength"]))


def put_small(client: Any, place: Place, data: bytes, sha256: str, *, only_new: bool = False) -> None:
    """Put an object in one request, its MD5 checked by the server.

    Args:
        client: A boto3 S3 client.
        place: Where.
        data: The bytes.
        sha256: Their SHA-256, hex.
        only_new: Refuse to replace an object, where the server knows conditional writes.
    """
    md5 = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
    condition = {"IfNoneMatch": "*"} if only_new else {}
    client.put_object(Bucket=place.bucket, Key=place.key, Body=data, ContentMD5=md5, Metadata={SHA256: sha256}, **condition)


def download(client: Any, place: Place, sink: BinaryIO, settings: S3Settings) -> Head:
    """Write an object's bytes into `sink`, which is at its start, and return its head.

    A body that breaks off is continued where it ended, one that arrives changed (by SHA-256, else MD5) is read again from the start, both
    until patience runs out. Memory: one block of 1 MiB.

    Raises:
        S3DamagedError: The bytes kept arriving short or changed.
    """
    backoff = Backoff(settings)
    while True:
        reader = _Reader(client, place)
        try:
            for block in reader.blocks(settings):
                sink.write(block)
        except _ChangedBodyError as error:
            sink.seek(0)
            sink.truncate()
            _pause(backoff, S3DamagedError(f"{place} {error}. Compare it with `empathy verify`, look at proxies between here and there"))
        else:
            return reader.head


def read_object(client: Any, place: Place, settings: S3Settings) -> bytes:
    """Return an object's bytes, verified as by `download`."""
    import io

    sink = io.BytesIO()
    download(client, place, sink, settings)
    return sink.getvalue()


def _pause(backoff: Backoff, error: S3DamagedError) -> None:
    try:
        backoff.pause(error)
    except S3DamagedError as last:
        raise last from None


class _Reader:
    """One pass over an object: as many requests as it takes to get to its end."""

    def __init__(self, client: Any, place: Place) -> None:
        self.client = client
        self.place = place
        self.head = Head(-1, "", "")
        self.offset = 0

    def blocks(self, settings: S3Settings) -> Iterator[bytes]:
        """Yield the bytes in blocks; raises `_ChangedBodyError` after the last one if they are not what was stored."""
        backoff = Backoff(settings)
        sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        while self.offset != self.head.bytes:
            before = self.offset
            try:
                for block in self._body():
                    self.offset += len(block)
                    sha256.update(block)
                    md5.update(block)
                    yield block
            except _ShortBodyError:
                if self.offset > before:
                    backoff = Backoff(settings)  # it goes on, if haltingly
                _pause(
                    backoff,
                    S3DamagedError(f"{self.place} breaks off at byte {self.offset} of {self.head.bytes} on every try. Run again later"),
                )
        expected, found = (self.head.sha256, sha256.hexdigest()) if self.head.sha256 else (self.head.md5, md5.hexdigest())
        if expected and expected != found:
            raise _ChangedBodyError(f"arrived with the hash {found[:16]}, expected {expected[:16]}")

    def _body(self) -> Iterator[bytes]:
        """Yield what one request gives, from where the last one ended."""
        rest = {"Range": f"bytes={self.offset}-", "IfMatch": self.head.etag} if self.offset else {}
        try:
            response = self.client.get_object(Bucket=self.place.bucket, Key=self.place.key, **rest)
        except self.client.exceptions.ClientError as error:
            if rest and error.response.get("Error", {}).get("Code") in ("PreconditionFailed", "412", "InvalidRange"):
                raise _ChangedBodyError("was replaced while it was read") from None
            raise
        if not rest:
            self.head = Head.of(response, int(response["ContentLength"]))
        try:
            yield from response["Body"].iter_chunks(MIB)
        except Exception as error:
            if not _broke_off(error):
                raise
            raise _ShortBodyError from None
        finally:
            response["Body"].close()
        if self.offset < self.head.bytes:
            raise _ShortBodyError


def _broke_off(error: Exception) -> bool:
    from urllib3.exceptions import HTTPError

    return isinstance(error, HTTPError) or is_transient(error)
