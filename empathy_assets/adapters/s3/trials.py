"""The trials of a storage root on S3: what a build needs of the store, each as one function that says what it found.

Lives here: what is asked of the store and what is expected back. Must not live here: what a failure means for the next trial, and the
explanation of the store's own errors (`validate`).
"""

import hashlib
import io
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from empathy_assets.adapters.s3.clients import arrow_filesystem, boto_client
from empathy_assets.adapters.s3.multipart import abort_stale, sent_parts, skew, unfinished
from empathy_assets.adapters.s3.objects import SHA256, Place, head_object, put_small, read_object
from empathy_assets.adapters.s3.settings import KEY_VARIABLES, MIB, S3Settings
from empathy_assets.policy.load import number

FOLDER = ".empathy-validate"
_SMALLEST_PART = 5 * MIB
_POLARS_TRUST = "it trusts the authorities of SSL_CERT_FILE only"


class TrialError(Exception):
    """A trial came out otherwise than it must."""


class Note(Exception):  # noqa: N818 - not an error: an optional ability that is missing
    """Something worth knowing that stops no build."""


class Course:
    """The trials in their order, over one client and one folder of their own."""

    def __init__(self, root: Place, settings: S3Settings, env: Mapping[str, str]) -> None:
        self.root = root
        self.uri = str(root)
        self.settings = settings
        self.env = env
        self.folder = "/".join(part for part in (root.key.strip("/"), FOLDER, uuid.uuid4().hex) if part)
        self.wrote = False
        self._skew: float | None = None  # seconds this machine is ahead of the server
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The boto3 client, made when the keys are known to be there."""
        if self._client is None:
            self._client = boto_client(self.settings)
        return self._client

    def place(self, name: str) -> Place:
        """Return where a trial may write."""
        return Place(self.root.bucket, f"{self.folder}/{name}")

    def trials(self) -> Iterator[tuple[str, bool, Callable[[], str]]]:
        """Yield name, whether the rest makes no sense without it, and the trial."""
        yield "keys", True, self.keys
        yield "endpoint", True, self.endpoint
        yield "clock", False, self.clock
        yield "list", True, self.list
        yield "put", True, self.put
        yield "get", False, self.get
        yield "paths", False, self.paths
        yield "multipart", False, self.multipart
        yield "resume", False, self.resume
        yield "conditional put", False, self.conditional
        yield "pyarrow", False, self.pyarrow
        yield "polars", False, self.polars
        yield "unfinished uploads", False, self.unfinished
        yield "delete", False, self.delete

    def keys(self) -> str:
        """Look for keys, without asking the store."""
        missing = [name for name in KEY_VARIABLES if not self.env.get(name, "").strip()]
        if not missing:
            return "from the environment"
        import boto3

        if boto3.Session().get_credentials() is not None:
            return "from a profile or role of this machine"
        raise TrialError(f"{' and '.join(missing)} not set. Set both; see .env.example")

    def endpoint(self) -> str:
        """Ask without a key, so that what fails here is the way, not the permission."""
        import ssl

        import httpx

        where = self.settings.endpoint or f"https://s3.{self.settings.region}.amazonaws.com"
        own = self.settings.authorities
        try:
            authorities = ssl.create_default_context(cafile=own) if own else True
            answer = httpx.get(where, timeout=self.settings.connect_timeout, verify=authorities)
        except (httpx.HTTPError, OSError) as error:  # the latter: no such file of authorities
            text = str(error) or type(error).__name__
            kind = "shows a certificate that is not trusted" if "CERTIFICATE" in text.upper() else f"gives no answer ({text})"
            raise TrialError(f"{where} {kind}. Correct OVH_S3_ENDPOINT, AWS_CA_BUNDLE or the network") from None
        self._skew = skew({"ResponseMetadata": {"HTTPHeaders": dict(answer.headers)}})
        return f"{where} answers {answer.status_code}"

    def list(self) -> str:
        """List the root."""
        prefix = f"{self.root.key}/" if self.root.key else ""
        page = self.client.list_objects_v2(Bucket=self.root.bucket, Prefix=prefix, MaxKeys=10)
        return f"{'more than ' if page.get('IsTruncated') else ''}{page.get('KeyCount', 0)} objects"

    def clock(self) -> str:
        """Compare this machine's clock with the server's, which the endpoint told."""
        if self._skew is None:
            raise Note("the server does not tell its time")
        if abs(self._skew) > number("storage", "validate.max_clock_skew"):
            raise TrialError(f"this machine's clock is {self._skew:+.0f} s off the server's; 900 s are refused. Set it by NTP")
        return f"{abs(self._skew):.0f} s off the server's"

    def put(self) -> str:
        """Put a small object, its MD5 checked by the server."""
        data = b"empathy"
        self.wrote = True
        put_small(self.client, self.place("small"), data, hashlib.sha256(data).hexdigest())
        return "an object of 7 bytes"

    def get(self) -> str:
        """Get it back, with its metadata."""
        found = read_object(self.client, self.place("small"), self.settings)
        if found != b"empathy":
            advice = "Set AWS_REQUEST_CHECKSUM_CALCULATION=WHEN_REQUIRED, look at proxies between here and there"
            raise TrialError(f"{len(found)} bytes came back for 7, not those that were put. {advice}")
        head = head_object(self.client, self.place("small"))
        if head is None or not head.sha256:
            raise TrialError("the object came back without its metadata; the store or a proxy drops x-amz-meta headers")
        return "the same bytes, with their SHA-256"

    def paths(self) -> str:
        """Write and read through s3fs, as every path of a build does: it signs and sums in a way of its own."""
        from upath import UPath

        path = UPath(str(self.place("paths")), settings=self.settings)
        path.write_bytes(b"empathy")
        if path.read_bytes() != b"empathy":
            raise TrialError("s3fs reads other bytes than it wrote. Set the AWS checksum variables to WHEN_REQUIRED")
        path.unlink()
        if path.exists():
            raise TrialError("s3fs has removed an object and it is still there. Look at object lock and versioning of the bucket")
        return "s3fs reads what it wrote, and removes it"

    def pyarrow(self) -> str:
        """Write and read as people do who use the data; a build does not."""
        path = str(self.place("pyarrow")).removeprefix("s3://")
        try:
            system = arrow_filesystem(self.settings)
            with system.open_output_stream(path) as stream:
                stream.write(b"empathy")
            with system.open_input_stream(path) as stream:
                same = stream.read() == b"empathy"
        except OSError as error:
            raise Note(f"{str(error)[-160:]}. Builds do not use pyarrow's own client") from None
        if not same:
            raise Note("other bytes come back than were put. Set the AWS checksum variables to WHEN_REQUIRED")
        return "reads what it wrote"

    def polars(self) -> str:
        """Read as people do who use the data; a build does not."""
        import polars as pl

        if self.settings.authorities and not _holds(self.env.get("SSL_CERT_FILE", ""), self.settings.authorities):
            raise Note(f"{_POLARS_TRUST}, where yours is not. Builds do not use polars' own client")  # it would try for seconds
        frame, place, buffer = pl.DataFrame({"n": [1, 2, 3]}), self.place("polars.parquet"), io.BytesIO()
        frame.write_parquet(buffer)
        put_small(self.client, place, buffer.getvalue(), hashlib.sha256(buffer.getvalue()).hexdigest())
        try:
            same = pl.read_parquet(str(place), storage_options=self.settings.polars_options() | self._polars_keys()).equals(frame)
        except (OSError, pl.exceptions.PolarsError) as error:
            remedy = _POLARS_TRUST if "certificate" in str(error) else str(error)[-160:]
            raise Note(f"{remedy}. Builds do not use polars' own client") from None
        if not same:
            raise Note("another table comes back than was put")
        return "reads a table"

    def _polars_keys(self) -> dict[str, str]:
        import boto3

        keys = boto3.Session().get_credentials().get_frozen_credentials()  # those the other clients found by themselves
        token = {"aws_session_token": keys.token} if keys.token else {}
        return {"aws_access_key_id": keys.access_key, "aws_secret_access_key": keys.secret_key, **token}

    def multipart(self) -> str:
        """Upload an object in two parts."""
        place, data = self.place("parts"), [b"\0" * _SMALLEST_PART, b"end"]
        where = {"Bucket": place.bucket, "Key": place.key}
        upload_id = self.client.create_multipart_upload(**where, Metadata={SHA256: "0"})["UploadId"]
        tags = [
            self.client.upload_part(**where, UploadId=upload_id, PartNumber=n, Body=part)["ETag"] for n, part in enumerate(data, start=1)
        ]
        parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, start=1)]
        self.client.complete_multipart_upload(**where, UploadId=upload_id, MultipartUpload={"Parts": parts})
        head = head_object(self.client, place)
        if head is None or head.bytes != _SMALLEST_PART + 3 or head.sha256 != "0":
            raise TrialError(f"an upload of two parts came out as {head}; expected {_SMALLEST_PART + 3} bytes with metadata")
        return "two parts"

    def resume(self) -> str:
        """Begin an upload, find it and its part again, give it up: what continuing a killed upload needs."""
        place = self.place("begun")
        where = {"Bucket": place.bucket, "Key": place.key}
        upload_id = self.client.create_multipart_upload(**where)["UploadId"]
        tag = self.client.upload_part(**where, UploadId=upload_id, PartNumber=1, Body=b"part")["ETag"].strip('"')
        begun = [each.upload_id for each in unfinished(self.client, place.bucket, place.key)]
        parts = sent_parts(self.client, place, upload_id)
        self.client.abort_multipart_upload(**where, UploadId=upload_id)
        if upload_id not in begun or parts != {1: (4, tag)}:
            raise TrialError("a begun upload or its part is not listed; a killed upload would start afresh. Ask the provider")
        if tag != hashlib.md5(b"part", usedforsecurity=False).hexdigest():
            raise Note("entity tags of parts are no MD5 (encrypted by KMS?): a killed upload starts afresh")
        return "a begun upload is found, with its parts, and given up"

    def conditional(self) -> str:
        """Try to replace an object on the condition that there is none."""
        place, data = self.place("small"), b"other"
        try:
            put_small(self.client, place, data, hashlib.sha256(data).hexdigest(), only_new=True)
        except self.client.exceptions.ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 412:
                return "an existing object is not replaced"
            raise Note("the store refuses conditional writes with an error; write-once releases rest on the release lock") from None
        raise Note("the store ignores conditions; write-once releases rest on the release lock")

    def unfinished(self) -> str:
        """Count the uploads that were begun and never finished."""
        found = unfinished(self.client, self.root.bucket, f"{self.root.key}/" if self.root.key else "")
        stale = [each for each in found if each.age > timedelta(days=self.settings.stale_days)]
        if stale:
            age = f"{self.settings.stale_days:g} days"
            raise Note(f"{len(stale)} unfinished uploads are older than {age}. `empathy s3 --abort-stale` frees them")
        return f"{len(found)} unfinished"

    def delete(self) -> str:
        """Remove all that the trials have written, and look whether it is gone."""
        page = self.client.list_objects_v2(Bucket=self.root.bucket, Prefix=self.folder)
        for each in page.get("Contents", []):
            self.client.delete_object(Bucket=self.root.bucket, Key=each["Key"])
        left = self.client.list_objects_v2(Bucket=self.root.bucket, Prefix=self.folder).get("KeyCount", 0)
        with suppress(self.client.exceptions.ClientError):  # what a failed trial has begun; that it may not be listed is said by `resume`
            abort_stale(self.client, self.root.bucket, self.folder, timedelta(days=-1))
        if left:
            raise TrialError(f"{left} objects are still there after their deletion. Look at object lock and versioning of the bucket")
        return f"{len(page.get('Contents', []))} objects"


def _holds(bundle: str, authorities: str) -> bool:
    """Return whether a file of certificates holds those of another."""
    try:
        return Path(authorities).read_text(encoding="utf-8").strip() in Path(bundle).read_text(encoding="utf-8")
    except OSError:
        return False
