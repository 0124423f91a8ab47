"""The shape of gates and of what they return."""

import polars as pl
import pytest

from empathy_assets.engines.gating.gate import OUTCOME, Gate, GateContractError, checked, outcome, reason_code, section, words
from empathy_assets_tests.engines.gating.samples import conversation, frame


def _gate(**changes):
    return Gate(**({"name": "calm", "revision": "1", "decide": lambda rows, _: rows} | changes))


def test_the_version_changes_with_revision_name_and_policy_only():
    versions = [
        _gate(policy=lambda: {"min": 1, "max": 2}).version,
        _gate(policy=lambda: {"max": 2, "min": 1}).version,
        _gate(policy=lambda: {"max": 3, "min": 1}).version,
        _gate(policy=lambda: {"max": 2, "min": 1}, revision="2").version,
        _gate(policy=lambda: {"max": 2, "min": 1}, name="other").version,
    ]
    assert versions[0] == versions[1]
    assert len(set(versions)) == 4


def test_every_number_of_a_section_is_part_of_the_policy():
    assert section("ears")()["min"]["value"] == 0.8


def test_an_outcome_has_one_row_per_record_even_for_constants_and_null_fails():
    rows = frame(conversation(1), conversation(2))
    found = outcome(rows, passed=pl.lit(None, dtype=pl.Boolean), reason=words("never", "as a rule"))
    assert found["passed"].to_list() == [False, False]
    assert found["reason"].to_list() == ["never: as a rule"] * 2
    assert dict(found.schema) == OUTCOME


def test_reason_codes_are_what_stands_before_the_colon():
    codes = pl.DataFrame({"reason": ["too-short: 3 words: few", "ok"]}).select(reason_code())["code"]
    assert codes.to_list() == ["too-short", "ok"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (pl.DataFrame({"passed": [True]}), "lacks"),
        (outcome(pl.DataFrame({"a": [1, 2]}), passed=pl.lit(value=True), reason=pl.lit("ok")), "2 rows"),
        (outcome(pl.DataFrame({"a": [1]}), passed=pl.lit(value=True), reason=pl.lit("")), "1 of 1 records without a decision or a reason"),
        (
            outcome(pl.DataFrame({"a": [1]}), passed=pl.lit(value=True), reason=pl.lit(None, dtype=pl.String)),
            "without a decision or a reason",
        ),
    ],
)
def test_a_gate_that_breaks_the_contract_is_named_with_the_remedy(found, said):
    with pytest.raises(GateContractError, match=r"gate 'calm'") as caught:
        checked(found, _gate(), 1)
    assert said in str(caught.value)
