"""The length gate at and around its bounds."""

import pytest

from empathy_assets.engines.gating.length import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation, dialogue


@pytest.mark.parametrize(("words", "code"), [(19, "too-short"), (20, "ok"), (6000, "ok"), (6001, "too-long"), (None, "not-judged")])
def test_words_at_and_around_the_bounds(words, code):
    (found,) = ask(GATE, conversation(scores={"words": words}))
    assert found["reason"].startswith(code)
    assert found["passed"] == (code == "ok")
    assert found["score"] == words


@pytest.mark.parametrize(("turns", "code"), [(1, "too-few-turns"), (2, "ok"), (64, "ok"), (65, "too-many-turns")])
def test_turns_at_and_around_the_bounds(turns, code):
    (found,) = ask(GATE, conversation(turns=(dialogue(3) * 17)[:turns]))
    assert found["reason"].startswith(code)
