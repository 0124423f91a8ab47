"""Resumable uploads: a file becomes an object, and a killed upload is continued by the next call, no part sent twice.

Lives here: cutting a file into parts, comparing them with what the server holds, sending the others in parallel, completing, verifying.
Must not live here: which files, in which order. The server is the only memory: nothing is kept on this machine between two calls.
"""

import base64
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from empathy_assets.adapters.s3.errors import S3DamagedError, error_code
from empathy_assets.adapters.s3.multipart import Unfinished, sent_parts, unfinished
from empathy_assets.adapters.s3.objects import SHA256, Head, Place, head_object, put_small
from empathy_assets.adapters.s3.settings import MIB, S3Settings

Progress = Callable[[str, int, int], None]
"""Called with the object's name, bytes that are there, bytes in all; from several threads, one at a time."""

_EXISTS = ("PreconditionFailed", "412")
_NO_CONDITIONS = ("NotImplemented", "501", "InvalidArgument", "InvalidRequest")  # of servers that do not know conditional writes


@dataclass(frozen=True)
class Uploaded:
    """What an upload did."""

    place: Place
    bytes: int
    sha256: str
    parts: int  # of the file; 1 for one that goes in a single request
    sent: int  # by this call
    skipped: int  # there already


@dataclass
class _Part:
    number: int
    offset: int
    size: int
    md5: bytes

    @property
    def etag(self) -> str:
        return self.md5.hex()


@dataclass
class _Cut:
    """A file's size, hash and parts, from one pass over it."""

    path: Path
    size: int
    sha256: str
    parts: list[_Part] = field(default_factory=list[_Part])

    @property
    def etag(self) -> str:
        """The entity tag S3 gives the finished object, unless it is encrypted."""
        if len(self.parts) == 1:
            return self.parts[0].etag
        joined = hashlib.md5(b"".join(part.md5 for part in self.parts), usedforsecurity=False).hexdigest()
        return f"{joined}-{len(self.parts)}"

    def is_in(self, head: Head | None) -> bool:
        """Return whether an object holds this file."""
        if head is None or head.bytes != self.size:
            return False
        return head.sha256 == self.sha256 and (not head.md5 or len(self.parts) > 1 or head.md5 == self.parts[0].etag)


def _cut(path: Path, settings: S3Settings) -> _Cut:
    size = path.stat().st_size
    part_size = settings.part_size(size)
    whole, parts = hashlib.sha256(), list[_Part]()
    with path.open("rb") as handle:
        for number, offset in enumerate(range(0, max(size, 1), part_size), start=1):
            piece = hashlib.md5(usedforsecurity=False)
            left = min(part_size, size - offset)
            while left and (block := handle.read(min(MIB, left))):
                whole.update(block)
                piece.update(block)
                left -= len(block)
            parts.append(_Part(number, offset, min(part_size, size - offset), piece.digest()))
    return _Cut(path, size, whole.hexdigest(), parts)


def upload(
    client: Any, source: Path, place: Place, settings: S3Settings, *, progress: Progress | None = None, only_new: bool = False
) -> Uploaded:
    """Make `source` the object at `place`; an object that is the same already is left alone.

    Args:
        client: A boto3 S3 client of `clients.boto_client`, which retries by itself.
        source: A local file that nobody changes meanwhile.
        place: Bucket and key.
        settings: Part size and parts in flight.
        progress: Told of every part.
        only_new: Refuse to replace an object, where the server knows conditional writes; for files of a single part.

    Raises:
        S3DamagedError: What the server holds in the end is not the file.
    """
    cut = _cut(source, settings)
    tell = _Teller(progress, source.name, cut.size)
    if cut.is_in(head_object(client, place)):
        tell(cut.size)
        return Uploaded(place, cut.size, cut.sha256, len(cut.parts), 0, len(cut.parts))
    if len(cut.parts) == 1:
        _put(client, cut, place, only_new=only_new)
        tell(cut.size)
        return Uploaded(place, cut.size, cut.sha256, 1, 1, 0)
    sent = _send_or_resume(client, cut, place, settings, tell)
    return Uploaded(place, cut.size, cut.sha256, len(cut.parts), sent, max(0, len(cut.parts) - sent))


def _put(client: Any, cut: _Cut, place: Place, *, only_new: bool) -> None:
    data = cut.path.read_bytes()
    try:
        put_small(client, place, data, cut.sha256, only_new=only_new)
    except client.exceptions.ClientError as error:
        code = error_code(error)
        if only_new and code in _NO_CONDITIONS:
            put_small(client, place, data, cut.sha256)
        # A condition that does not hold because of ourselves: the answer to the first try was lost.
        elif not (only_new and code in _EXISTS and cut.is_in(head_object(client, place))):
            raise


class _Teller:
    """Adds up what is there and passes it on, one thread at a time."""

    def __init__(self, progress: Progress | None, name: str, size: int) -> None:
        self._progress, self._name, self._size, self._done, self._lock = progress, name, size, 0, Lock()

    def __call__(self, more: int) -> None:
        with self._lock:
            self._done += more
            if self._progress:
                self._progress(self._name, min(self._done, self._size), self._size)


def _send_or_resume(client: Any, cut: _Cut, place: Place, settings: S3Settings, tell: _Teller) -> int:
    """Return how many parts were sent until the object was there, whole and described by its SHA-256."""
    upload_id, there = _best(client, cut, place)
    sent = _send(client, cut, place, upload_id, there, settings, tell)
    if upload_id and not cut.is_in(head_object(client, place)):
        # The upload was somebody else's (it carries another SHA-256), or was given up while we sent: begin anew.
        sent += _send(client, cut, place, "", {}, settings, tell)
    if not cut.is_in(found := head_object(client, place)):
        state = f"{found.bytes} bytes, sha256 {found.sha256[:16]}" if found else "nothing"
        raise S3DamagedError(f"{place} holds {state} after its upload, expected {cut.size} bytes, {cut.sha256[:16]}. Run again")
    return sent


def _best(client: Any, cut: _Cut, place: Place) -> tuple[str, dict[int, str]]:
    """Return the unfinished upload that holds most of the file's parts, and the tags of those; nothing if none holds any."""
    best: tuple[str, dict[int, str]] = ("", {})
    for upload_of_key in unfinished(client, place.bucket, place.key):
        if upload_of_key.key == place.key:
            there = _agreeing(client, cut, place, upload_of_key)
            if len(there) > len(best[1]):
                best = (upload_of_key.upload_id, there)
    return best


def _agreeing(client: Any, cut: _Cut, place: Place, found: Unfinished) -> dict[int, str]:
    wanted = {part.number: (part.size, part.etag) for part in cut.parts}
    held = sent_parts(client, place, found.upload_id)
    if any(number not in wanted for number in held):
        return {}  # of a longer file: completing names the parts, but some servers join all they hold
    return {number: etag for number, (size, etag) in held.items() if wanted[number] == (size, etag)}


def _send(client: Any, cut: _Cut, place: Place, upload_id: str, there: dict[int, str], settings: S3Settings, tell: _Teller) -> int:
    """Send what is not there and complete; return how many parts went out. An upload that is gone ends it, for the caller to look."""
    where = {"Bucket": place.bucket, "Key": place.key}
    if not upload_id:
        upload_id = client.create_multipart_upload(**where, Metadata={SHA256: cut.sha256})["UploadId"]
    due = [part for part in cut.parts if part.number not in there]
    tell(sum(part.size for part in cut.parts if part.number in there))

    def send(part: _Part) -> tuple[int, str]:
        with cut.path.open("rb") as handle:
            handle.seek(part.offset)
            body = handle.read(part.size)
        md5 = base64.b64encode(part.md5).decode()
        response = client.upload_part(**where, UploadId=upload_id, PartNumber=part.number, Body=body, ContentMD5=md5)
        tell(part.size)
        return part.number, str(response["ETag"]).strip('"')

    try:
        with ThreadPoolExecutor(max(1, int(settings.parallel)), thread_name_prefix="upload") as pool:
            try:
                tags = there | dict(pool.map(send, due))
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        listed = [{"PartNumber": number, "ETag": f'"{tags[number]}"'} for number in sorted(tags)]
        client.complete_multipart_upload(**where, UploadId=upload_id, MultipartUpload={"Parts": listed})
    except client.exceptions.ClientError as error:
        # Gone: completed by a request whose answer was lost, by another process, or given up as stale.
        if error_code(error) not in ("NoSuchUpload", "404"):
            raise
    return len(due)
