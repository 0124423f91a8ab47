"""Tests of the retry policy, on a clock of its own."""

from typing import Any

import hypothesis
import pytest
from botocore import exceptions as boto
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.adapters.s3.retrying import Backoff, is_transient, retry_handler
from empathy_assets.adapters.s3.settings import S3Settings

SETTINGS = S3Settings.from_env({})


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def refusal(status: int, code: str = "") -> boto.ClientError:
    return boto.ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")  # type: ignore[arg-type]


@hypothesis.settings(max_examples=25)
@given(st.floats(0.5, 300), st.floats(0.01, 2), st.floats(2, 20))
def test_patience_is_used_up_and_not_exceeded(patience: float, backoff: float, limit: float) -> None:
    variables = {"PATIENCE": patience, "BACKOFF": backoff, "BACKOFF_LIMIT": limit}
    settings = S3Settings.from_env({f"EMPATHY_S3_{name}": str(value) for name, value in variables.items()})
    clock = Clock()
    tries = Backoff(settings, clock=clock, sleep=clock.sleep)
    error = ConnectionError("gone")
    with pytest.raises(ConnectionError):
        for _ in range(100_000):
            before = clock.now
            tries.pause(error)
            assert 0 < clock.now - before <= limit
    assert clock.now == pytest.approx(100 + patience)


def test_an_outage_of_thirty_seconds_is_ridden_out_by_the_numbers_of_policy() -> None:
    for _ in range(50):
        clock = Clock()
        tries = Backoff(SETTINGS, clock=clock, sleep=clock.sleep)
        while clock.now < 130:
            tries.pause(ConnectionError("gone"))
        assert clock.now < 130 + SETTINGS.backoff_limit


@pytest.mark.parametrize(
    "error",
    [
        refusal(503, "SlowDown"),
        refusal(500, "InternalError"),
        refusal(400, "RequestTimeout"),
        refusal(400, "BadDigest"),
        boto.ReadTimeoutError(endpoint_url="u", error="slow"),
        boto.ConnectionClosedError(endpoint_url="u"),
        boto.EndpointConnectionError(endpoint_url="u", error="[Errno 111] Connection refused"),
        boto.EndpointConnectionError(endpoint_url="u", error="Temporary failure in name resolution"),
        boto.SSLError(endpoint_url="https://match", error="EOF occurred in violation of protocol (_ssl.c:1006)"),
        boto.IncompleteReadError(actual_bytes=1, expected_bytes=2),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        refusal(403, "AccessDenied"),
        refusal(404, "NoSuchKey"),
        refusal(400, "AuthorizationHeaderMalformed"),
        boto.SSLError(endpoint_url="u", error="certificate verify failed"),
        boto.SSLError(endpoint_url="u", error="[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"),
        boto.EndpointConnectionError(endpoint_url="u", error="[Errno -2] Name or service not known"),
        boto.NoCredentialsError(),
        ValueError(),
        None,
    ],
)
def test_what_stays_wrong_is_not(error: Exception | None) -> None:
    assert not is_transient(error)


def test_the_deadline_belongs_to_the_request_not_to_the_attempt() -> None:
    handler = retry_handler(S3Settings.from_env({"EMPATHY_S3_PATIENCE": "0.05"}))
    request: dict[str, Any] = {"context": {}}
    slow = (None, {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}})
    first = handler(response=slow, request_dict=request, attempts=1)
    assert first is not None and 0 < first < 0.06
    request["context"]["empathy_deadline"] -= 1
    assert handler(response=slow, request_dict=request, attempts=2) is None
    assert handler(response=(None, {"ResponseMetadata": {"HTTPStatusCode": 200}}), request_dict=request, attempts=1) is None
    assert handler(caught_exception=ConnectionResetError(), request_dict={}, attempts=1) is not None
