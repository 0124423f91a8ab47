"""When a request to the object store is tried again, how long one waits before it, and for how long in all.

Lives here: the one retry policy of every client: full jitter, doubled up to a limit, until patience runs out. Must not live here: what is
asked of the store. It replaces botocore's counting of attempts, which gives up on a thirty-second outage after a second of luck.
"""

import logging
import random
import re
import time
from collections.abc import Callable
from typing import Any

from empathy_assets.adapters.s3.settings import S3Settings

_LOG = logging.getLogger(__name__)
_STATUSES = frozenset({429, 500, 502, 503, 504})
_CODES = frozenset(
    {
        "SlowDown",
        "InternalError",
        "ServiceUnavailable",
        "RequestTimeout",
        "RequestTimeoutException",
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "BadDigest",  # damaged on the way
        "IncompleteBody",
        "XAmzContentSHA256Mismatch",
        "OperationAborted",
        "ConditionalRequestConflict",
    }
)
_KEY = "empathy_deadline"
_DISAGREEMENT = re.compile(r"CERTIFICATE|match|WRONG_VERSION|PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|HANDSHAKE_FAILURE", re.IGNORECASE)


class Backoff:
    """The pauses of one piece of work that is tried again until `patience` seconds have passed since its first failure."""

    def __init__(
        self,
        settings: S3Settings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        deadline: float | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.sleep = sleep
        self.deadline = deadline
        self.attempts = 0

    def delay(self) -> float | None:
        """Return the seconds to wait before the next try, or None if patience has run out."""
        now = self.clock()
        if self.deadline is None:
            self.deadline = now + self.settings.patience
        left = self.deadline - now
        if left <= 0:
            return None
        self.attempts += 1
        ceiling = min(self.settings.backoff_limit, self.settings.backoff * 2 ** min(self.attempts, 16))
        return min(left, ceiling * (0.25 + 0.75 * random.random()))

    def pause(self, error: Exception) -> None:
        """Wait before the next try.

        Raises:
            Exception: `error` itself, if patience has run out.
        """
        seconds = self.delay()
        if seconds is None:
            raise error
        _LOG.info("object store: %s; try %d in %.1f s", type(error).__name__, self.attempts + 1, seconds)
        self.sleep(seconds)


def is_transient(error: BaseException | None) -> bool:
    """Return whether an error of the connection may be gone on the next try; a wrong name or certificate stays wrong."""
    from botocore import exceptions as boto

    if isinstance(error, boto.ClientError):
        return _refused_for_now(error.response)
    if distrusted(error) or _unknown_host(error):
        return False
    kinds = (
        boto.HTTPClientError,
        boto.ConnectionError,
        boto.IncompleteReadError,
        boto.ResponseStreamingError,
        ConnectionError,
        TimeoutError,
    )
    return isinstance(error, kinds)


def distrusted(error: BaseException | None) -> bool:
    """Return whether the two ends cannot agree on TLS (certificate, host name, version), as opposed to a handshake that was cut off."""
    from botocore.exceptions import SSLError

    return isinstance(error, SSLError) and _DISAGREEMENT.search(str(error.kwargs.get("error", ""))) is not None


def retry_handler(settings: S3Settings) -> Callable[..., float | None]:
    """Return a handler of botocore's `needs-retry` event; it serves boto3 and aiobotocore, which sleep each in their own way."""

    def needs_retry(
        *, response: Any = None, caught_exception: Exception | None = None, request_dict: dict[str, Any], attempts: int = 1, **_: Any
    ) -> float | None:
        parsed = response[1] if response is not None else None
        if not (is_transient(caught_exception) if parsed is None else _refused_for_now(parsed)):
            return None
        context: dict[str, Any] = request_dict.setdefault("context", {})
        backoff = Backoff(settings, deadline=context.get(_KEY))
        backoff.attempts = attempts - 1
        seconds = backoff.delay()
        context[_KEY] = backoff.deadline
        if seconds is not None:
            what = type(caught_exception).__name__ if parsed is None else parsed.get("Error", {}).get("Code", "")
            _LOG.info("object store: %s; try %d in %.1f s", what, attempts + 1, seconds)
        return seconds

    return needs_retry


def _refused_for_now(parsed: dict[str, Any]) -> bool:
    status = parsed.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status in _STATUSES or parsed.get("Error", {}).get("Code") in _CODES


def _unknown_host(error: BaseException | None) -> bool:
    """Return whether the name of the server does not exist, as opposed to a resolver that is out for a moment."""
    text = f"{error} {getattr(error, 'kwargs', {}).get('error', '')}"
    return "Name or service not known" in text or "nodename nor servname" in text
