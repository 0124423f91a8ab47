"""The EARS gate at its threshold in every stage."""

import pytest

from empathy_assets.engines.gating.ears import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation


@pytest.mark.parametrize("stage", ["foundation", "expertise", "nightmare-fuel", "persona"])
@pytest.mark.parametrize(("ears", "passed"), [(0.7999, False), (0.80, True), (1.0, True), (None, False)])
def test_the_threshold_holds_in_every_stage(stage, ears, passed):
    (found,) = ask(GATE, conversation(1, stage, scores={"ears": ears}), stage=stage)
    assert found["passed"] is passed
    assert found["score"] == ears


def test_a_failure_names_figure_and_weakest_component_and_points_at_the_evidence():
    place = {"component": "support", "turn": 1, "start": 0, "end": 9, "probability": 0.2}
    (found,) = ask(GATE, conversation(scores={"ears": 0.61, "support": 0.12, "evidence": [place]}))
    assert found["reason"] == "ears-below-threshold: 0.61 < 0.80, weakest: support"
    assert found["spans"] == [{"turn": 1, "start": 0, "end": 9}]


def test_an_unscored_record_is_not_waved_through():
    assert ask(GATE, conversation(scores={"ears": None}))[0]["reason"].startswith("not-judged")
