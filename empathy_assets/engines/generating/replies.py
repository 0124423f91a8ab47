"""Model replies: what a language model returned for a plan row, turned into a dialogue or refused with the reason."""

from collections.abc import Mapping
from typing import Any, cast

from empathy_assets.policy.load import number

_ROLES = {
    "user": "user",
    "client": "user",
    "assistant": "assistant",
    "counsellor": "assistant",
    "counselor": "assistant",
    "therapist": "assistant",
}

REPLY_FORMAT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "turns": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"role": {"type": "string", "enum": ["user", "assistant"]}, "content": {"type": "string"}},
                "required": ["role", "content"],
            },
        }
    },
    "required": ["turns"],
}
"""JSON schema of the reply that a model is asked for."""


def dialogue_from_reply(reply: object, n_turns: int) -> tuple[list[dict[str, str]], str]:
    """Return (turns, "") of a usable reply, or ([], reason).

    Args:
        reply: What the structured column holds: `{"turns": [{"role", "content"}, ...]}`, or nothing.
        n_turns: Turns that the plan ordered; a reply may fall short by the policy's `llm.turns_short_max`.
    """
    raw: Any = cast(Mapping[str, Any], reply).get("turns") if isinstance(reply, Mapping) else None
    if hasattr(raw, "tolist"):  # lists come back from parquet as numpy arrays
        raw = raw.tolist()
    if not isinstance(raw, list):
        return [], "no `turns` in the reply"
    turns: list[dict[str, str]] = []
    for item in cast(list[Any], raw):
        turn = _turn(item)
        if turn is None:
            return [], f"turn {len(turns)} has no known role or no words: {str(item)[:80]!r}"
        if turn["role"] != ("user", "assistant")[len(turns) % 2]:
            return [], f"turn {len(turns)} is {turn['role']}, but client and counsellor must alternate and the client begins"
        turns.append(turn)
    turns = turns[: len(turns) - len(turns) % 2]
    least = max(2, n_turns - int(number("generation", "llm.turns_short_max")))
    return (turns, "") if len(turns) >= least else ([], f"{len(turns)} whole turns, at least {least} of {n_turns} expected")


def _turn(item: object) -> dict[str, str] | None:
    if not isinstance(item, Mapping):
        return None
    fields = cast(Mapping[str, Any], item)
    role = _ROLES.get(str(fields.get("role", "")).strip().lower())
    content: Any = fields.get("content")
    if role is None or not isinstance(content, str) or not content.strip():
        return None
    return {"role": role, "content": " ".join(content.split())}
