"""The one polite way all clients talk to a service: paced, patient, bounded, cached.

Lives here: retries, Retry-After, timeouts, size cap, signing, keeping secrets out of bodies, cache look-up.
Must not live here: the rate (`pace.py`), paths, parameters or replies of one service.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode

import httpx

from empathy_assets.adapters.scholarly.cache import Folder, ReplyCache
from empathy_assets.adapters.scholarly.pace import Pace
from empathy_assets.policy.load import number

_MIN_SECRET = 6  # characters; anything shorter is no key and may stand in a text by chance
_RETRIED = {408, 425, 429, 500, 502, 503, 504}


class FetchError(Exception):
    """A request that got no usable reply, with what a reject needs to say; the text holds no key and no contact address."""

    def __init__(self, reason: str, detail: str, remedy: str, uri: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.remedy, self.uri = reason, detail, remedy, uri


@dataclass(frozen=True)
class Reply:
    """A reply body; `problem` says why it is doubtful although nothing better could be had (it is then not cached).

    `ids` names the records that were asked for, where the service had named them before.
    """

    data: bytes
    uri: str
    cached: bool = False
    problem: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """What is added to every request below the client's own logging: keys and the contact address."""

    params: dict[str, str] = field(default_factory=dict, repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    def hidden(self, data: bytes) -> bytes:
        """Return a body without our key and address; NCBI repeats the key in its error replies."""
        values = [value for name, value in {**self.params, **self.headers}.items() if name != "tool" and len(value) >= _MIN_SECRET]
        for value in values:
            data = data.replace(value.encode(), b"***").replace(quote(value, safe="").encode(), b"***")
        return data


class _Signing(httpx.BaseTransport):
    """Transport that signs requests last, because httpx logs every address it asks for at INFO."""

    def __init__(self, signature: Signature) -> None:
        self._signature, self._inner = signature, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        headers = request.headers.copy()
        headers.update(self._signature.headers)
        url = request.url.copy_merge_params(self._signature.params) if self._signature.params else request.url
        return self._inner.handle_request(
            httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=request.extensions)
        )

    def close(self) -> None:
        self._inner.close()


class Transport:
    """GET requests to one service.

    Args:
        service: Name of the service, the key of its rate in policy.
        base: Base address.
        cache: Storage root of the raw replies.
        signature: Keys and contact address.
        per_second: Requests per second at most.
        edition: Part of every cache key.
        sleep: Waits; replaced in tests.
        jitter_seed: Seed of the jitter, which keeps parallel runs from asking in step.
    """

    def __init__(
        self,
        service: str,
        base: str,
        cache: Folder,
        *,
        signature: Signature | None = None,
        per_second: float,
        edition: str = "",
        sleep: Callable[[float], None] = time.sleep,
        jitter_seed: int | None = None,
    ) -> None:
        self.service, self.requests, self.hits = service, 0, 0
        self._base, self._sleep = base.rstrip("/"), sleep
        self._cache = ReplyCache(cache, service, edition)
        self._pace, self._signature = Pace(per_second), signature or Signature()
        self._random = random.Random(jitter_seed)
        agent = {"User-Agent": "empathy_assets (dataset builder; respects Retry-After)"}
        timeout = httpx.Timeout(number("scholarly", "http.timeout_seconds"))
        # Redirects are not followed: a signed request must not be carried to another host.
        self._client = httpx.Client(transport=_Signing(self._signature), headers=agent, timeout=timeout, follow_redirects=False)

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        check: Callable[[bytes], str],
        transient: Mapping[str, str] | None = None,
        refresh: bool = False,
        page: str = "",
    ) -> Reply:
        """Return the reply to one request, from the cache if it is there.

        Args:
            path: Path below the base address.
            params: Public parameters; they make the cache key.
            check: Returns what is wrong with a body, or an empty string; a wrong one is asked for again and never cached.
            transient: Parameters that do not belong to the key, such as a session of the history server.
            refresh: Ask although the reply is cached.
            page: Belongs to the key without being sent; tells pages apart that are asked for with the same parameters.

        Raises:
            FetchError: No reply, a refusal, or a pause longer than policy allows.
        """
        uri = f"{self._base}/{path}?{urlencode(sorted(params.items()))}"
        key = self._cache.key(path, {**params, "": page} if page else params)
        if not refresh and (data := self._cache.load(key)) is not None:
            self.hits += 1
            return Reply(data, uri, cached=True)
        data, problem = self._persist(path, {**params, **(transient or {})}, check, uri)
        if not problem:
            self._cache.store(key, data, path=path, params=params)
        return Reply(data, uri, problem=problem)

    def _persist(self, path: str, params: dict[str, str], check: Callable[[bytes], str], uri: str) -> tuple[bytes, str]:
        attempts = int(number("scholarly", "http.attempts"))
        doubtful: tuple[bytes, str] | None = None
        failure = ""
        for attempt in range(attempts):
            wait: float | None = None
            try:
                status, data, wait = self._once(path, params)
            except httpx.HTTPError as error:
                failure = f"{type(error).__name__} after {attempt + 1} of {attempts} attempts"
            else:
                if status == 200:
                    if not (problem := check(data)):
                        return data, ""
                    doubtful, failure = (data, problem), problem
                elif status not in _RETRIED:
                    raise FetchError(
                        "request-refused",
                        f"{self.service} answered {status}: {_excerpt(data)}",
                        "Correct query or key, then run again.",
                        uri,
                    )
                else:
                    failure = f"{self.service} answered {status} {attempt + 1} times"
            if attempt + 1 < attempts:
                self._pause(attempt, wait, uri)
        if doubtful:
            return doubtful
        raise FetchError("service-unavailable", failure, "Run again later; what was fetched is cached.", uri)

    def _once(self, path: str, params: dict[str, str]) -> tuple[int, bytes, float | None]:
        """Return status, body and the wait the service asks for, of one paced request."""
        if wait := self._pace.wait():
            self._sleep(wait)
        self.requests += 1
        limit, deadline = int(number("scholarly", "http.max_reply_bytes")), time.monotonic() + number("scholarly", "http.deadline_seconds")
        body = bytearray()
        try:
            with self._client.stream("GET", f"{self._base}/{path}", params=params) as response:
                self._pace.seen()
                self._pace.obey(response.headers)
                for chunk in response.iter_bytes():  # as it arrives: a given size would be waited for, past the deadline
                    body += chunk
                    if len(body) > limit:
                        raise httpx.DecodingError(f"reply larger than {limit} bytes")
                    if time.monotonic() > deadline:
                        raise httpx.ReadTimeout("reply trickles in past the deadline")
                return response.status_code, self._signature.hidden(bytes(body)), _retry_after(response.headers.get("retry-after", ""))
        except httpx.HTTPError:
            self._pace.seen()
            raise

    def _pause(self, attempt: int, asked: float | None, uri: str) -> None:
        """Wait before the next attempt: as long as asked, else doubling with jitter (half to the full step)."""
        longest = number("scholarly", "http.max_backoff_seconds")
        if asked is not None and asked > longest:
            detail = f"{self.service} asks to wait {asked:.0f} s, at most {longest:.0f} s are waited"
            raise FetchError("service-unavailable", detail, "Run again later, or set an API key; what was fetched is cached.", uri)
        step = min(longest, number("scholarly", "http.backoff_seconds") * 2**attempt)
        self._sleep(asked if asked is not None else step * (0.5 + self._random.random() / 2))


def _excerpt(data: bytes) -> str:
    return " ".join(data[:160].decode("utf-8", "replace").split())


def _retry_after(value: str) -> float | None:
    """Return the seconds a Retry-After header asks for, given as a number or as a date, or None."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
