"""Composition: exact mix, shrinking, pairs, minima, determinism."""

from fractions import Fraction

import polars as pl
import pytest

from empathy_assets.engines.composing.compose import ImpossibleMixError, compose, policy_mix, step
from empathy_assets.records.arrow import polars_schema
from empathy_assets.records.conversation import STAGES
from empathy_assets.records.ids import record_ref
from empathy_assets.records.verdict import Verdict
from empathy_assets_tests.engines.gating.samples import conversation, frame


def _candidates(counts, **labels):
    records = [
        conversation(i * 10_000 + n, stage, labels=labels.get(stage.replace("-", "_"), {}))
        for i, (stage, k) in enumerate(counts.items())
        for n in range(k)
    ]
    return frame(*records).with_columns(record_ref())


_PLENTY = {"foundation": 60, "expertise": 40, "nightmare-fuel": 30, "persona": 30}


def test_the_mix_of_policy_is_40_25_20_15():
    assert [policy_mix()[stage] for stage in STAGES] == [Fraction(40, 100), Fraction(25, 100), Fraction(20, 100), Fraction(15, 100)]
    assert step(policy_mix()) == 20


def test_enough_of_everything_gives_exactly_the_target_and_the_rest_is_surplus():
    candidates = _candidates(_PLENTY)
    found = compose(candidates, 100)
    chosen = candidates.filter(pl.col("ref").is_in(found.admitted.implode()))
    assert found.size == 100
    assert dict(chosen.group_by("stage").len().rows()) == {"foundation": 40, "expertise": 25, "nightmare-fuel": 20, "persona": 15}
    assert len(found.surplus) == 60
    assert found.verdicts.schema == polars_schema(Verdict)
    assert sorted(found.verdicts["ref"]) == sorted(candidates["ref"])
    assert found.verdicts.filter(~pl.col("passed"))["reason"].str.starts_with("surplus: ").all()


def test_a_short_stage_shrinks_the_release_and_says_what_lacks():
    found = compose(_candidates(_PLENTY | {"persona": 10}), 100)
    assert found.size == 60
    assert found.quotas == {"foundation": 24, "expertise": 15, "nightmare-fuel": 12, "persona": 9}
    assert found.shortfalls.filter(pl.col("scope") == "stage").rows() == [("stage", "persona", 15, 10, 5)]
    assert [row for row in found.shortfalls.rows() if row[1] == "bias"] == [("kind", "bias", 9, 0, 9)]


@pytest.mark.parametrize("counts", [{}, {"foundation": 50}, _PLENTY | {"persona": 0}])
def test_a_missing_stage_leaves_nothing_to_release(counts):
    found = compose(_candidates(counts), 100)
    assert (found.size, len(found.admitted)) == (0, 0)
    assert len(found.surplus) == sum(counts.values())


def test_a_target_between_steps_is_rounded_down():
    assert compose(_candidates(_PLENTY), 99).size == 80


def test_pairs_stay_together_and_a_widow_is_dropped_with_its_reason():
    pairs = [conversation(90_000 + n, labels={"kind": "bias", "pair_id": f"p{n // 2}"}) for n in range(41)]
    candidates = pl.concat([_candidates(_PLENTY | {"foundation": 5}), frame(*pairs).with_columns(record_ref())])
    found = compose(candidates, 100)
    chosen = candidates.filter(pl.col("ref").is_in(found.admitted.implode()))
    members = chosen.filter(pl.col("labels").struct.field("pair_id") != "").group_by(pl.col("labels").struct.field("pair_id")).len()
    assert found.size == 100
    assert members["len"].unique().to_list() == [2]
    assert found.dropped.to_list() == candidates.tail(1)["ref"].to_list()
    assert found.verdicts.filter(pl.col("ref") == found.dropped[0])["reason"][0].startswith("pair-partner-dropped: the other member of p20")


def test_pairs_alone_in_a_stage_with_an_odd_quota_shrink_the_release():
    counts = {"foundation": 60, "expertise": 40, "nightmare-fuel": 30, "persona": 0}
    pairs = [conversation(90_000 + n, "persona", labels={"pair_id": f"p{n // 2}"}) for n in range(30)]
    candidates = pl.concat([_candidates(counts), frame(*pairs).with_columns(record_ref())])
    # 15 of 100 is odd and cannot be made of pairs; 12 of 80 can.
    assert compose(candidates, 100).size == 80


def test_the_minima_are_met_inside_a_stage():
    bias = [conversation(80_000 + n, labels={"kind": "bias", "pair_id": f"b{n // 2}"}, source="rare") for n in range(12)]
    others = [conversation(70_000 + n, labels={"kind": "corpus"}, source=f"s{n}") for n in range(200)]
    therapeutic = [conversation(60_000 + n, labels={"kind": "therapeutic"}, source="common") for n in range(40)]
    stage = frame(*bias, *others, *therapeutic).with_columns(record_ref())
    candidates = pl.concat([stage, _candidates({"expertise": 25, "nightmare-fuel": 20, "persona": 15})])
    chosen = candidates.filter(pl.col("ref").is_in(compose(candidates, 100).admitted.implode()))
    kinds = dict(chosen.group_by(pl.col("labels").struct.field("kind")).len().rows())
    assert kinds["bias"] >= 9
    assert kinds["therapeutic"] >= 17


def test_the_choice_does_not_depend_on_the_order_of_the_candidates():
    candidates = _candidates(_PLENTY)
    shuffled = candidates.sample(fraction=1, shuffle=True, seed=5)
    assert compose(candidates, 60).verdicts.equals(compose(shuffled, 60).verdicts)


def test_shares_that_are_no_mix_are_refused():
    with pytest.raises(ImpossibleMixError, match="adds up to 9/10"):
        compose(_candidates(_PLENTY), 100, {"foundation": Fraction(9, 10)})
