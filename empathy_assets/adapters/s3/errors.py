"""What went wrong with the object store, in one line with its remedy.

Lives here: the translation of botocore's errors and of the codes of S3, and the removal of keys from texts. Must not live here: retrying.
The errors are `OSError`s without a cause: what a run shows of a failure is this line, not the server's last word.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from empathy_assets.adapters.s3.retrying import distrusted
from empathy_assets.adapters.s3.settings import KEY_VARIABLES, S3Settings

_SECRETS = (*KEY_VARIABLES, "AWS_SESSION_TOKEN")
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|(?<=Credential=)[^/\s,]+|(?<=Signature=)[0-9a-f]+")
_ABSENT = frozenset({"404", "NoSuchKey", "NoSuchVersion"})
_VALIDATE = "`empathy s3 --validate` tries every permission"
_PERMISSIONS = {
    "ListObjectsV2": "s3:ListBucket",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject and s3:ListBucket",
    "GetObject": "s3:GetObject",
    "CopyObject": "s3:GetObject and s3:PutObject",
    "PutObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListParts": "s3:ListMultipartUploadParts",
    "AbortMultipartUpload": "s3:AbortMultipartUpload",
    "DeleteObject": "s3:DeleteObject",
    "DeleteObjects": "s3:DeleteObject",
}
_KEYS = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


class S3Error(OSError):
    """The object store refused or failed; the message says what and what to do."""


class S3DeniedError(S3Error, PermissionError):
    """The object store knows who asks, or does not want to, and says no."""


class S3UnreachableError(S3Error, ConnectionError):
    """The object store does not answer, or nobody can sign a request to it."""


class S3DamagedError(S3Error):
    """Bytes arrived short or changed, again and again."""


def redacted(text: str, env: Mapping[str, str] | None = None) -> str:
    """Return `text` on one line and without access keys: neither those of the environment nor anything that looks like one."""
    env = os.environ if env is None else env
    for name in _SECRETS:
        secret = env.get(name, "").strip()
        if len(secret) >= 4:
            text = text.replace(secret, "***")
    return " ".join(_KEY_ID.sub("***", text).split())


def error_code(error: BaseException | None) -> str:
    """Return the S3 error code of a client error, also of one that a library has wrapped; empty where there is none."""
    found = _client_error(error)
    return "" if found is None else str(found.response.get("Error", {}).get("Code", ""))


def is_absent(error: BaseException) -> bool:
    """Return whether an error only says that there is no such object."""
    return error_code(error) in _ABSENT


def explain(error: BaseException, where: str, settings: S3Settings) -> OSError:
    """Return the error to raise instead of one that botocore or s3fs raised.

    Args:
        error: What was raised.
        where: The URI that was read or written.
        settings: How the store was reached.
    """
    if isinstance(error, S3Error):
        return error
    code = error_code(error)
    if code in _ABSENT:
        return FileNotFoundError(f"{where} is not there")
    if code:
        kind, found = _refusal(code, error, settings)
        return kind(redacted(f"{where}: {found}"))
    return S3UnreachableError(redacted(f"{where} cannot be reached: {_failure(error, settings)}"))


@contextmanager
def explained(where: str, settings: S3Settings) -> Iterator[None]:
    """Turn the errors of boto3 and s3fs inside the block into their explanation.

    Raises:
        S3Error: The store refused or failed.
        FileNotFoundError: There is no such object.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise explain(error, where, settings) from None


def _refusal(code: str, error: BaseException, settings: S3Settings) -> tuple[type[S3Error], str]:
    at = settings.endpoint or "the AWS endpoint"
    # The server's own words only where nothing better is known: they may hold anything.
    texts: dict[str, tuple[type[S3Error], str]] = {
        "NoSuchBucket": (S3Error, f"{at} has no such bucket. Create it, or correct EMPATHY_STORAGE or the endpoint"),
        "InvalidAccessKeyId": (S3DeniedError, f"{at} does not know the access key. Correct AWS_ACCESS_KEY_ID; keys belong to one endpoint"),
        "SignatureDoesNotMatch": (
            S3DeniedError,
            "the secret key does not fit the access key. Correct AWS_SECRET_ACCESS_KEY (no quotes, no spaces)",
        ),
        "RequestTimeTooSkewed": (
            S3DeniedError,
            "this machine's clock is off by more than the server allows. Set it by NTP, then run again",
        ),
        "ExpiredToken": (S3DeniedError, "the session token has expired. Renew AWS_SESSION_TOKEN, or unset it"),
        "AccessDenied": (S3DeniedError, f"the key may not do this. Grant {_permission(error)} (policy in docs/runbook.md); {_VALIDATE}"),
        "403": (S3DeniedError, f"access is denied: keys, clock, or {_permission(error)} is not granted. {_VALIDATE}"),
        "PreconditionFailed": (
            S3Error,
            "another process has written it meanwhile; it stands as it is. Run again, what is there is compared",
        ),
        "AuthorizationHeaderMalformed": (S3Error, _region(error, settings)),
        "PermanentRedirect": (S3Error, _region(error, settings)),
        "301": (S3Error, _region(error, settings)),
        "IllegalLocationConstraintException": (S3Error, _region(error, settings)),
        "QuotaExceeded": (
            S3Error,
            "the quota of the bucket or account is used up. Free space, then run again: it goes on where it stopped",
        ),
        "NotImplemented": (S3Error, f"{at} does not offer this operation. Check that the endpoint speaks S3"),
        "InvalidArgument": (S3Error, f"{at} rejects a header. {_checksums()}"),
        "XAmzContentSHA256Mismatch": (S3DamagedError, f"{at} received other bytes than were signed. {_checksums()}"),
        "BadDigest": (S3DamagedError, f"{at} received other bytes than were sent, again and again. Look at proxies between here and there"),
    }
    if code in texts:
        return texts[code]
    busy = code in ("SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout") or code.startswith("5")
    if busy:
        patience = f"{settings.patience:g} s"
        return S3UnreachableError, f"{at} answered {code} for {patience}. Run again when it has recovered: a run goes on where it stopped"
    message = str(_client_error(error).response.get("Error", {}).get("Message", "") or error)
    return S3Error, f"{at} answered {code}: {message[:200]}. {_VALIDATE}"


def _client_error(error: BaseException | None) -> Any:
    """Return the client error itself, also where a library has wrapped it."""
    from botocore.exceptions import ClientError

    while error is not None and not isinstance(error, ClientError):
        error = error.__cause__
    return error


def _permission(error: BaseException) -> str:
    return _PERMISSIONS.get(getattr(_client_error(error), "operation_name", ""), "the permissions")


def _region(error: BaseException, settings: S3Settings) -> str:
    response: dict[str, Any] = getattr(_client_error(error), "response", {})
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    expected = response.get("Error", {}).get("Region") or headers.get("x-amz-bucket-region")
    wanted = f" and expects {expected!r}" if expected else ""
    return f"the server does not take region {settings.region!r}{wanted}. Set AWS_REGION to the bucket's region, and the endpoint to match"


def _checksums() -> str:
    return "Set AWS_REQUEST_CHECKSUM_CALCULATION and AWS_RESPONSE_CHECKSUM_VALIDATION to WHEN_REQUIRED"


def _failure(error: BaseException, settings: S3Settings) -> str:
    """Say why no answer came at all."""
    from botocore import exceptions as boto

    at = settings.endpoint or "the AWS endpoint"
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError):
        return f"no access keys found. Set {_KEYS}; see .env.example"
    if distrusted(error):
        return f"{at} shows a certificate that is not trusted. Correct OVH_S3_ENDPOINT, or name your authority's file in AWS_CA_BUNDLE"
    if isinstance(error, boto.ReadTimeoutError | boto.ConnectTimeoutError):
        return f"{at} did not answer within {settings.patience:g} s. Check the network and OVH_S3_ENDPOINT, then run again"
    if isinstance(error, boto.EndpointConnectionError):
        reason = str(error.kwargs.get("error", ""))
        known = "no such host" if "not known" in reason or "resolution" in reason else "no connection"
        return f"{known} at {at}. Check OVH_S3_ENDPOINT and the network, then run again"
    return f"{type(error).__name__} from {at} ({str(error)[:160]}). Check OVH_S3_ENDPOINT and the network, then run again"
