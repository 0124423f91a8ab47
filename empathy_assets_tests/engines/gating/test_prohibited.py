"""The prohibited-language gate with a given judge."""

import polars as pl

from empathy_assets.engines.gating.gate import outcome, words
from empathy_assets.engines.gating.prohibited import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation


def _no_machine_talk(rows):
    said = pl.col("turns").list.eval(pl.element().struct.field("content").str.contains("as an AI")).list.any()
    reason = pl.when(said).then(words("as-an-ai")).otherwise(words("ok"))
    return outcome(rows, passed=~said, reason=reason)


def test_the_judge_that_is_given_decides():
    machine = conversation(turns=[("user", "Are you there?"), ("assistant", "I am here, as an AI.")])
    bad, good = ask(GATE, machine, conversation(), prohibited=_no_machine_talk)
    assert (bad["passed"], bad["reason"], good["passed"]) == (False, "as-an-ai", True)


def test_without_one_the_scoring_engine_judges():
    machine = conversation(1, turns=[("user", "Are you there?"), ("assistant", "As an AI, I cannot feel, but I am here.")])
    bad, good = ask(GATE, machine, conversation(2))
    assert (bad["passed"], good["passed"]) == (False, True)
    assert bad["spans"][0]["turn"] == 1
    assert ": 1 places, first in turn 1" in bad["reason"]
    assert good["reason"].startswith("ok: ")


def test_what_the_client_says_is_not_the_counsellors_fault():
    quoting = conversation(1, turns=[("user", "As an AI, he joked, I do not feel."), ("assistant", "That joke left you on your own.")])
    assert ask(GATE, quoting)[0]["passed"]
