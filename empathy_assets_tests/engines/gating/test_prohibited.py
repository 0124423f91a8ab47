"""The prohibited-language gate."""

from empathy_assets.engines.gating.prohibited import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation


def test_what_the_counsellor_may_not_say_is_found_with_its_turn():
    machine = conversation(1, turns=[("user", "Are you there?"), ("assistant", "As an AI, I cannot feel, but I am here.")])
    bad, good = ask(GATE, machine, conversation(2))
    assert (bad["passed"], good["passed"]) == (False, True)
    assert bad["spans"][0]["turn"] == 1
    assert ": 1 places, first in turn 1" in bad["reason"]
    assert good["reason"].startswith("ok: ")


def test_what_the_client_says_is_not_the_counsellors_fault():
    quoting = conversation(1, turns=[("user", "As an AI, he joked, I do not feel."), ("assistant", "That joke left you on your own.")])
    assert ask(GATE, quoting)[0]["passed"]


def test_help_may_be_called_for_where_the_scenario_is_immediate_danger():
    turns = [("user", "She hugged me and went upstairs, and I know."), ("assistant", "I'm with you; call emergency services for her now.")]
    high = conversation(1, turns=turns, labels={"intensity": "high"})
    ultra = conversation(2, turns=[*turns, ("user", "Yes.")], labels={"intensity": "ultra"})
    assert [verdict["passed"] for verdict in ask(GATE, high, ultra)] == [False, True]
