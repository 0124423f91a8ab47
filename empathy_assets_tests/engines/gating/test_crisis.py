"""The crisis gate inside and outside the fence."""

import pytest

from empathy_assets.engines.gating.crisis import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation

_SEVERE = {"crisis": 0.97, "crisis_flagged": True, "crisis_severe": True, "crisis_category": "suicidality"}


@pytest.mark.parametrize("stage", ["foundation", "expertise", "persona"])
def test_a_severe_disclosure_outside_the_fence_is_blocked(stage):
    bad, flagged, good = ask(
        GATE,
        conversation(1, stage, scores=_SEVERE),
        conversation(2, stage, scores=_SEVERE | {"crisis_severe": False}),
        conversation(3, stage),
        stage=stage,
    )
    assert bad["reason"] == f"crisis-outside-fence: suicidality disclosed in {stage}"
    assert (bad["passed"], flagged["passed"], good["passed"]) == (False, True, True)
    assert flagged["reason"] == "ok: flagged for suicidality, below the severity threshold"
    assert bad["score"] == 0.97


def test_inside_the_fence_it_passes_and_says_so():
    (found,) = ask(GATE, conversation(1, "nightmare-fuel", scores=_SEVERE), stage="nightmare-fuel")
    assert found["passed"]
    assert found["reason"] == "crisis-in-fence: suicidality"


@pytest.mark.parametrize("stage", ["foundation", "nightmare-fuel"])
def test_a_record_nobody_scored_is_blocked(stage):
    (found,) = ask(GATE, conversation(1, stage, scores={"crisis_severe": None}), stage=stage)
    assert not found["passed"]
    assert found["reason"].startswith("not-judged")
