"""The PII gate: no exemption anywhere."""

import pytest

from empathy_assets.engines.gating.pii import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation


@pytest.mark.parametrize("stage", ["foundation", "expertise", "nightmare-fuel", "persona"])
def test_one_identifier_left_blocks_in_every_stage_whatever_the_exemption(stage):
    exempt = ["content"] if stage == "nightmare-fuel" else []
    bad, unjudged, good = ask(
        GATE,
        conversation(1, stage, scores={"pii_residue": 1}, exempt_from=exempt),
        conversation(2, stage, scores={"pii_residue": None}),
        conversation(3, stage, scores={"pii_replaced": 4}),
        stage=stage,
    )
    assert bad["reason"] == "pii-residue: 1 identifiers left, 0 allowed"
    assert unjudged["reason"].startswith("not-judged")
    assert (bad["passed"], unjudged["passed"], good["passed"]) == (False, False, True)
    assert good["reason"] == "ok: 4 identifiers replaced, none left"
