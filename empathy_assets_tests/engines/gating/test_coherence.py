"""The coherence gate against planted disorder and repetition."""

import pytest

from empathy_assets.engines.gating.coherence import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation, dialogue

_LONG = "I hear how heavy the last weeks have been."


@pytest.mark.parametrize(
    ("turns", "code"),
    [
        (dialogue(1), "ok"),
        ([("system", "Be kind."), *dialogue(1)], "ok"),
        ([("assistant", "What brings you here today?"), *dialogue(1)], "ok"),
        (dialogue(1)[:3], "unanswered"),
        ([("assistant", _LONG)], "no-client"),
        ([("user", "One."), ("user", "Two."), ("assistant", _LONG)], "roles-not-alternating"),
        ([*dialogue(1)[:2], ("system", "Now be brief."), *dialogue(1)[2:]], "system-inside"),
        ([("user", "One."), ("assistant", _LONG), ("user", "Two."), ("assistant", _LONG.upper())], "repeated-reply"),
        (
            [("user", "One."), ("assistant", _LONG), ("user", "Two."), ("assistant", f"“… {_LONG.replace(' how', ', how')}”")],
            "repeated-reply",
        ),
        ([("user", "One."), ("assistant", _LONG), ("user", "Two."), ("assistant", f"{_LONG} So heavy.")], "ok"),
        ([("user", "One."), ("assistant", "I see."), ("user", "Two."), ("assistant", "I see.")], "ok"),
    ],
)
def test_order_of_roles_and_repetition(turns, code):
    (found,) = ask(GATE, conversation(turns=turns))
    assert found["reason"].startswith(code)
    assert found["passed"] == (code == "ok")


def test_a_repeated_reply_is_pointed_at():
    turns = [("user", "One."), ("assistant", _LONG), ("user", "Two."), ("assistant", _LONG)]
    good, bad = ask(GATE, conversation(2), conversation(turns=turns))
    assert bad["spans"] == [{"turn": 3, "start": 0, "end": len(_LONG)}]
    assert good["spans"] == []
