"""Replies: usable ones become dialogues, the rest are refused with the reason."""

from typing import Any

import numpy as np
import pytest

from empathy_assets.engines.generating.replies import dialogue_from_reply


def reply(n: int, **change: str) -> dict[str, Any]:
    return {"turns": [{"role": ("client", "Counsellor")[i % 2], "content": f"words {i} ", **change} for i in range(n)]}


def test_usable_reply() -> None:
    turns, reason = dialogue_from_reply(reply(9), 10)
    assert reason == ""
    assert [t["role"] for t in turns] == ["user", "assistant"] * 4
    assert turns[0]["content"] == "words 0"


def test_arrays_are_lists() -> None:
    assert dialogue_from_reply({"turns": np.array(reply(8)["turns"])}, 8)[1] == ""


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "no `turns`"),
        ({"turns": "text"}, "no `turns`"),
        (reply(8, role="narrator"), "no known role"),
        (reply(8, content="  "), "no words"),
        ({"turns": ["text"]}, "no known role"),
        (reply(8, role="user"), "alternate"),
        (reply(4), "4 whole turns"),
    ],
)
def test_unusable_replies_say_why(raw: object, reason: str) -> None:
    turns, why = dialogue_from_reply(raw, 10)
    assert turns == []
    assert reason in why
