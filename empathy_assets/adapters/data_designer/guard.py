"""The guard between Data Designer and the endpoint: it counts every request, notes why a row got nothing, and stops asking in time.

Data Designer asks a rate-limiting server for ever and a dead one for minutes per row, and it drops rows without saying why. Behind the
guard a failed request fails once: what is asked again, and when, is decided by `run`. Stopped, it lets no request through.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from empathy_assets.adapters.data_designer.prompts import reference
from empathy_assets.adapters.data_designer.settings import GenerationSettings
from empathy_assets.policy.load import number

_REFUSED = {
    401: "the key was refused",
    402: "the account has no credit",
    403: "the key may not use this model",
    404: "there is no such model",
}


class Stop(StrEnum):
    """Why no further request is made."""

    REFUSED = "refused"
    SILENT = "silent"
    SPENT = "spent"


class Guard:
    """Requests of one generation: counted, and stopped when asking on is of no use.

    Attributes:
        faults: What went wrong, by reason, whether or not it was mended later.
        reasons: Row id to the reason its last request brought nothing.
        requests: Requests sent.
        answered: Requests that brought a reply, usable or not.
        prompt_tokens: As reported by the server.
        completion_tokens: As reported by the server.
        stop: Why nothing more is asked, or None.
        said: The last failure in words.
    """

    def __init__(self, settings: GenerationSettings) -> None:
        self.faults: Counter[str] = Counter()
        self.reasons: dict[str, str] = {}
        self.requests = self.answered = self.prompt_tokens = self.completion_tokens = 0
        self.stop: Stop | None = None
        self.said = ""
        self._settings = settings
        self._in_a_row: Counter[str] = Counter()
        self._limited: Counter[str] = Counter()
        self._lock = threading.Lock()

    def resume(self) -> None:
        """Let requests through again; counts go on."""
        with self._lock:
            self.stop = None
            self._in_a_row.clear()
            self._limited.clear()

    def cost(self) -> float:
        """Return what the requests so far cost."""
        return self._settings.cost(self.prompt_tokens, self.completion_tokens)

    def missed(self, row_id: str, reason: str) -> None:
        """Note that a row's reply was there and cannot be used."""
        with self._lock:
            self.faults[reason.partition(":")[0]] += 1
            self.reasons[row_id] = reason
            self._failed_again("unusable", f"replies cannot be used, e.g. {reason}")

    def used(self) -> None:
        """Note that a reply could be used."""
        with self._lock:
            self._in_a_row.pop("unusable", None)

    def unasked(self, row_ids: Iterable[str]) -> None:
        """Note rows that are not put to the model because it was given up."""
        with self._lock:
            for row_id in row_ids:
                self.reasons.setdefault(row_id, self._why_not())

    def client(self, inner: Any) -> "GuardedClient":
        """Return `inner` (Data Designer's HTTP client) behind this guard."""
        return GuardedClient(inner, self)

    def passes(self, row_id: str) -> bool:
        """Return whether a request may be sent, and count it."""
        with self._lock:
            if self.stop is not None:
                self.reasons.setdefault(row_id, self._why_not())
                return False
            self.requests += 1
            return True

    def _why_not(self) -> str:
        return f"not asked: {self.said or self.stop}"

    def heard(self, row_id: str, response: Any) -> None:
        """Note a reply and what it cost."""
        with self._lock:
            self.answered += 1
            self.reasons[row_id] = "malformed reply"  # unless the parser thinks otherwise, which only `run` learns
            usage = response.usage
            self.prompt_tokens += (usage.input_tokens or 0) if usage else 0
            self.completion_tokens += (usage.output_tokens or 0) if usage else 0
            if "{" in (response.message.content or ""):
                self._in_a_row["failures"] = self._in_a_row["refusals"] = 0
            else:
                self._failed_again("failures", f"replies hold no JSON, e.g. {(response.message.content or '')[:80]!r}")
            if self._settings.budget and self.cost() > self._settings.budget:
                self.stop = Stop.SPENT

    def failed(self, row_id: str, error: Any) -> bool:
        """Note a failed request; return whether Data Designer may send it again by itself."""
        status = error.status_code
        reason = f"http {status}" if status and status >= 400 else _REASONS.get(error.kind.value, "not a reply")
        with self._lock:
            self.faults[reason] += 1
            self.reasons[row_id] = reason
            self._failed_again("failures", f"{reason} in place of a reply")
            if status in _REFUSED or error.kind.value == "quota_exceeded":
                self._failed_again("refusals", f"{_REFUSED.get(status, 'the quota is used up')} (http {status})")
            self._limited[row_id] += error.kind.value == "rate_limit"
            return error.kind.value == "rate_limit" and self._limited[row_id] <= number("generation", "llm.rate_limits")

    def _failed_again(self, what: str, said: str) -> None:
        self._in_a_row[what] += 1
        if self.stop is None and self._in_a_row[what] >= number("generation", f"llm.{what}_in_a_row"):
            self.stop = Stop.REFUSED if what == "refusals" else Stop.SILENT
            self.said = said


_REASONS = {"timeout": "timeout", "api_connection": "no connection"}


class GuardedClient:
    """A model client that asks its guard first; everything but chat is passed on as it is."""

    def __init__(self, inner: Any, guard: Guard) -> None:
        self._inner = inner
        self._guard = guard

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def acompletion(self, request: Any) -> Any:
        """Return the reply to a chat request.

        Raises:
            ProviderError: None came; of a kind that Data Designer asks again by itself only where the server limits the rate.
        """
        from data_designer.engine.models.clients.errors import ProviderError, ProviderErrorKind

        row_id = reference(str(request.messages))
        if not self._guard.passes(row_id):
            raise ProviderError(ProviderErrorKind.API_ERROR, "not asked")
        try:
            response = await self._inner.acompletion(request)
        except ProviderError as error:
            if self._guard.failed(row_id, error):
                raise
            raise ProviderError(ProviderErrorKind.API_ERROR, "failed") from None  # without its status, which would be asked again
        self._guard.heard(row_id, response)
        return response
