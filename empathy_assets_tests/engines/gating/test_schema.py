"""The schema gate against malformed records and unlawful exemptions."""

import pytest

from empathy_assets.engines.gating.schema import GATE
from empathy_assets_tests.engines.gating.samples import ask, conversation


def test_a_good_record_passes_in_its_stage_and_says_why():
    (found,) = ask(GATE, conversation())
    assert found["passed"]
    assert found["reason"].startswith("ok: schema version")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"schema_version": "0"}, "wrong-schema-version"),
        ({"as_stage": "persona"}, "wrong-stage"),
        ({"as_stage": None}, "wrong-stage"),
        ({"id": "row 7"}, "malformed-id"),
        ({"turns": [("user", "Hello there."), ("assistant", "   ")]}, "blank-turn"),
        ({"provenance": {"plan_row_id": ""}}, "no-provenance"),
        ({"provenance": {"plan_row_id": "", "file": "a.jsonl"}}, "no-provenance"),
        ({"exempt_from": ["content"]}, "exempt-outside-fence"),
    ],
)
def test_a_planted_defect_is_blocked_with_its_reason(changes, code):
    bad, twin = ask(GATE, conversation(1, **changes), conversation(1))
    assert not bad["passed"]
    assert bad["reason"].startswith(f"{code}: ")
    assert twin["passed"]


def test_a_landed_file_with_its_hash_is_provenance_enough():
    landed = {"plan_row_id": "", "file": "talks/a.vtt", "file_sha256": "ab" * 32}
    assert ask(GATE, conversation(provenance=landed))[0]["passed"]


def test_only_the_content_gate_may_be_waived_and_only_inside_the_fence():
    inside = conversation(1, "nightmare-fuel", exempt_from=["content"])
    other = conversation(2, "nightmare-fuel", exempt_from=["content", "ears"])
    good, bad = ask(GATE, inside, other, stage="nightmare-fuel")
    assert good["passed"]
    assert bad["reason"].startswith("exempt-outside-fence: ")
