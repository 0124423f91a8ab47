"""The keep-policy: licence, source, stage, id; pairs share one fate; every dropped row names the row that stays."""

import polars as pl

from empathy_assets.engines.deduplicating.keep import choose_kept
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.conversation import Conversation, Labels, Turn
from empathy_assets.records.provenance import Provenance


def record(id_, licence="CC0-1.0", source="conversation_corpora", stage="foundation", pair="", file="a"):
    return Conversation(
        id=id_, turns=[Turn(role="user", content="x")], source=source, stage=stage, licence=licence,
        labels=Labels(pair_id=pair), provenance=Provenance(file=file),
    )  # fmt: skip


def choose(records, clusters):
    rows = pl.DataFrame({"row": range(len(records)), "cluster": clusters}, schema={"row": pl.UInt32, "cluster": pl.UInt32})
    return choose_kept(to_frame(records, Conversation), rows)


def test_singles_stay_without_reason():
    out = choose([record("a"), record("b")], [0, 1])
    assert out.rows() == [(True, "", 0), (True, "", 1)]


def test_freer_licence_wins_then_human_source_then_rarer_stage_then_id():
    assert choose([record("a", "CC-BY-NC-4.0"), record("b", "CC-BY-4.0")], [0, 0])["kept"].to_list() == [False, True]
    assert choose([record("a", source="therapeutic_samples"), record("b")], [0, 0])["kept"].to_list() == [False, True]
    stages = [record("a", stage=s) for s in ("foundation", "expertise", "nightmare-fuel", "persona")]
    out = choose(stages, [0, 0, 0, 0])
    assert out["kept"].to_list() == [False, False, False, True]
    assert out["kept_row"].to_list() == [3, 3, 3, 3]
    assert choose([record("b"), record("a")], [0, 0])["kept"].to_list() == [False, True]


def test_unknown_licence_source_and_stage_rank_last():
    assert choose([record("a", licence="odd", source="odd", stage=None), record("b")], [0, 0])["kept"].to_list() == [False, True]


def test_reasons_tell_exact_from_near():
    out = choose([record("a"), record("a", file="b"), record("c")], [0, 0, 0])
    assert out["reason"].to_list() == ["", "exact-duplicate", "near-duplicate"]


def test_members_of_a_pair_are_no_duplicates_of_each_other():
    out = choose([record("a", pair="p"), record("b", pair="p")], [0, 0])
    assert out["kept"].all()


def test_a_pair_is_dropped_together():
    pair = [record("c", "CC-BY-4.0", pair="p"), record("d", "CC-BY-4.0", pair="p")]
    out = choose([record("a"), *pair], [0, 0, 2])
    assert out.rows() == [(True, "", 0), (False, "near-duplicate", 0), (False, "twin-of-duplicate", 0)]


def test_a_pair_landed_twice_stays_once():
    twice = [record(i, pair="p", file=f) for f in "ab" for i in "xy"]
    out = choose(twice, [0, 0, 0, 0])
    assert out["kept"].to_list() == [True, True, False, False]
    assert out["reason"].to_list() == ["", "", "exact-duplicate", "exact-duplicate"]
    assert out["kept_row"].to_list() == [0, 1, 0, 1]


def test_pairs_that_overlap_through_their_twins():
    records = [
        record("a1", pair="a"),
        record("a2", pair="a"),
        record("b1", pair="b"),
        record("b2", pair="b"),
        record("c1", pair="c"),
        record("c2", pair="c"),
    ]
    out = choose(records, [0, 1, 0, 3, 3, 5])  # a1~b1 and b2~c1: a and c are no copies of each other
    assert out["kept"].to_list() == [True, True, False, False, True, True]


def test_no_rows():
    assert choose([], []).is_empty()
