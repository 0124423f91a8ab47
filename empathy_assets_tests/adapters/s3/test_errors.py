"""Tests of the explanations: one line, a remedy, no key."""

import json
from pathlib import Path

import pytest
from botocore import exceptions as boto

from empathy_assets.adapters.s3 import errors
from empathy_assets.adapters.s3.errors import (
    S3DamagedError,
    S3DeniedError,
    S3Error,
    S3UnreachableError,
    error_code,
    explain,
    explained,
    is_absent,
    redacted,
)
from empathy_assets.adapters.s3.settings import S3Settings

SETTINGS = S3Settings.from_env({"OVH_S3_ENDPOINT": "https://s3.gra.io.cloud.ovh.net"})
WHERE = "s3://bucket/root"


def refusal(code: str, operation: str = "PutObject", message: str = "", **fields: str) -> boto.ClientError:
    return boto.ClientError({"Error": {"Code": code, "Message": message, **fields}}, operation)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (refusal("NoSuchBucket"), S3Error, "has no such bucket. Create it"),
        (refusal("AccessDenied", "ListParts"), S3DeniedError, "Grant s3:ListMultipartUploadParts"),
        (refusal("403", "HeadObject"), S3DeniedError, "s3:GetObject and s3:ListBucket is not granted"),
        (refusal("PermanentRedirect", Region="sbg"), S3Error, "region 'gra' and expects 'sbg'"),
        (refusal("SlowDown"), S3UnreachableError, "answered SlowDown for 120 s"),
        (refusal("503"), S3UnreachableError, "answered 503"),
        (refusal("BadDigest"), S3DamagedError, "received other bytes"),
        (refusal("InvalidArgument"), S3Error, "WHEN_REQUIRED"),
        (refusal("QuotaExceeded"), S3Error, "quota"),
        (refusal("PreconditionFailed"), S3Error, "another process has written it"),
        (refusal("Peculiar", message="what is this"), S3Error, "answered Peculiar: what is this"),
        (boto.NoCredentialsError(), S3UnreachableError, "no access keys found. Set AWS_ACCESS_KEY_ID"),
        (boto.SSLError(endpoint_url="u", error="certificate verify failed"), S3UnreachableError, "AWS_CA_BUNDLE"),
        (boto.SSLError(endpoint_url="u", error="EOF occurred"), S3UnreachableError, "SSLError"),
        (boto.ReadTimeoutError(endpoint_url="u", error="e"), S3UnreachableError, "did not answer within 120 s"),
        (boto.EndpointConnectionError(endpoint_url="u", error="Name or service not known"), S3UnreachableError, "no such host"),
        (boto.EndpointConnectionError(endpoint_url="u", error="refused"), S3UnreachableError, "no connection at"),
        (boto.ConnectionClosedError(endpoint_url="u"), S3UnreachableError, "ConnectionClosedError"),
    ],
)
def test_a_failure_has_a_kind_and_a_remedy_on_one_line(error: Exception, kind: type[S3Error], said: str) -> None:
    found = explain(error, WHERE, SETTINGS)
    assert type(found) is kind
    assert str(found).startswith(WHERE)
    assert said in str(found)
    assert "\n" not in str(found)


def test_what_is_not_there_is_a_missing_file_and_explained_errors_stay() -> None:
    assert isinstance(explain(refusal("NoSuchKey"), WHERE, SETTINGS), FileNotFoundError)
    first = S3DamagedError("short")
    assert explain(first, WHERE, SETTINGS) is first
    assert is_absent(refusal("404"))
    assert not is_absent(refusal("NoSuchBucket"))


def test_a_wrapped_error_is_understood_and_its_cause_not_shown() -> None:
    wrapped = PermissionError("Forbidden")
    wrapped.__cause__ = refusal("AccessDenied", "DeleteObject")
    assert error_code(wrapped) == "AccessDenied"
    assert "s3:DeleteObject" in str(explain(wrapped, WHERE, SETTINGS))
    assert error_code(ValueError()) == ""
    with pytest.raises(S3DeniedError) as raised, explained(WHERE, SETTINGS):
        raise refusal("AccessDenied")
    assert raised.value.__cause__ is None


def test_keys_are_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine-0123")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush/hush+hush")
    message = "no mine-0123 with hush/hush+hush; Credential=other1/2026 Signature=0a1b2c AKIA" + "A1B2C3D4E5F6G7H8"
    said = str(explain(refusal("Peculiar", message=message), WHERE, SETTINGS))
    for secret in ("mine-0123", "hush", "other1", "0a1b2c", "A1B2C3"):
        assert secret not in said
    assert redacted("two\nlines", {}) == "two lines"


def test_the_permissions_that_refusals_name_are_those_of_the_shipped_policy() -> None:
    shipped = json.loads((Path(__file__).parents[3] / "deploy/bucket-policy.json").read_text(encoding="utf-8"))
    granted = {action for statement in shipped["Statement"] for action in statement["Action"]}
    assert granted == {permission for named in errors._PERMISSIONS.values() for permission in named.split(" and ")}
