"""The guard: counts, reasons, and when it stops asking."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from data_designer.engine.models.clients.errors import ProviderError, ProviderErrorKind

from empathy_assets.adapters.data_designer.guard import Guard, Stop
from empathy_assets.adapters.data_designer.settings import GenerationSettings
from empathy_assets.policy.load import number

IN_A_ROW = int(number("generation", "llm.failures_in_a_row"))


class Inner:
    """A client that answers with what it is given, in turn."""

    provider_name = "endpoint"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    async def acompletion(self, request: Any) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def reply(content: str = '{"turns": []}', tokens: int = 10) -> Any:
    return SimpleNamespace(message=SimpleNamespace(content=content), usage=SimpleNamespace(input_tokens=tokens, output_tokens=tokens))


def failure(status: int | None, kind: ProviderErrorKind = ProviderErrorKind.INTERNAL_SERVER) -> ProviderError:
    return ProviderError(kind, "no", status_code=status)


def ask(guard: Guard, *answers: Any, row: str = "r-1") -> list[Any]:
    client = guard.client(Inner(*answers))
    request = SimpleNamespace(messages=[{"role": "user", "content": f"Write. (Reference {row}; it is for the log.)"}])
    found: list[Any] = []
    for _ in answers:
        try:
            found.append(asyncio.run(client.acompletion(request)))
        except ProviderError as error:
            found.append(error.kind)
    return found


def test_requests_tokens_and_reasons_are_counted() -> None:
    guard = Guard(GenerationSettings(price_prompt=1, price_completion=2))
    ask(guard, reply(), failure(500), failure(None, ProviderErrorKind.TIMEOUT), failure(None, ProviderErrorKind.API_CONNECTION))
    ask(guard, failure(200, ProviderErrorKind.API_ERROR), row="r-2")
    assert (guard.requests, guard.answered, guard.prompt_tokens, guard.completion_tokens) == (5, 1, 10, 10)
    assert dict(guard.faults) == {"http 500": 1, "timeout": 1, "no connection": 1, "not a reply": 1}
    assert guard.reasons == {"r-1": "no connection", "r-2": "not a reply"}
    assert guard.cost() == pytest.approx(30 / 1e6)
    assert guard.client(Inner()).provider_name == "endpoint"


def test_only_a_limited_rate_is_left_to_the_library_and_not_for_ever() -> None:
    limited = failure(429, ProviderErrorKind.RATE_LIMIT)
    limits = int(number("generation", "llm.rate_limits"))
    found = ask(Guard(GenerationSettings()), *[limited] * (limits + 1), failure(503))
    assert found == [ProviderErrorKind.RATE_LIMIT] * limits + [ProviderErrorKind.API_ERROR] * 2


def test_failures_in_a_row_stop_the_asking_until_it_is_resumed() -> None:
    guard = Guard(GenerationSettings())
    ask(guard, *[failure(500)] * (IN_A_ROW - 1), reply(), *[failure(500)] * (IN_A_ROW - 1))
    assert guard.stop is None
    ask(guard, failure(500))
    assert guard.stop is Stop.SILENT
    sent = guard.requests
    assert ask(guard, reply(), row="r-9") == [ProviderErrorKind.API_ERROR]
    guard.unasked(["r-10"])
    assert guard.requests == sent
    assert guard.reasons["r-9"] == guard.reasons["r-10"] == "not asked: http 500 in place of a reply"
    guard.resume()
    assert ask(guard, answer := reply(), row="r-9") == [answer]


def test_replies_without_json_in_a_row_stop_the_asking() -> None:
    guard = Guard(GenerationSettings())
    ask(guard, *[reply("I would rather not.")] * IN_A_ROW)
    assert guard.stop is Stop.SILENT
    assert "I would rather not" in guard.said


def test_replies_that_cannot_be_used_in_a_row_stop_the_asking() -> None:
    guard = Guard(GenerationSettings())
    most = int(number("generation", "llm.unusable_in_a_row"))
    for _ in range(most - 1):
        guard.missed("r", "unusable reply: two turns")
    guard.used()
    for _ in range(most):
        assert guard.stop is None
        guard.missed("r", "unusable reply: two turns")
    assert guard.stop is Stop.SILENT
    assert "two turns" in guard.said


@pytest.mark.parametrize(("status", "said"), [(401, "key was refused"), (402, "no credit"), (403, "may not use"), (404, "no such model")])
def test_a_refused_key_or_model_stops_after_a_few(status: int, said: str) -> None:
    guard = Guard(GenerationSettings())
    ask(guard, failure(status, ProviderErrorKind.CLIENT_ERROR), reply())
    assert guard.stop is None
    ask(guard, *[failure(status, ProviderErrorKind.CLIENT_ERROR)] * int(number("generation", "llm.refusals_in_a_row")))
    assert guard.stop is Stop.REFUSED
    assert said in guard.said


def test_a_spent_budget_stops_the_asking() -> None:
    guard = Guard(GenerationSettings(budget=1, price_prompt=1, price_completion=0))
    ask(guard, reply(tokens=900_000))
    assert guard.stop is None
    ask(guard, reply(tokens=200_000))
    assert guard.stop is Stop.SPENT
