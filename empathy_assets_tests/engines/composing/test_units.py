"""Units of choice and their order."""

import polars as pl

from empathy_assets.engines.composing.units import described, ranked
from empathy_assets.records.ids import record_ref
from empathy_assets_tests.engines.gating.samples import conversation, frame


def _candidates(*records):
    return frame(*records).with_columns(record_ref())


def _pair(n, stage="foundation", pair="p1"):
    return conversation(n, stage, labels={"kind": "bias", "pair_id": pair})


def test_a_pair_is_one_unit_and_a_lone_or_divided_member_is_barred():
    found = described(_candidates(_pair(1), _pair(2), _pair(3, pair="p2"), _pair(4, pair="p3"), _pair(5, "persona", "p3"), conversation(6)))
    barred = dict(found.select("unit", "barred").unique().rows())
    assert {k: v for k, v in barred.items() if k.startswith("pair:")} == {
        "pair:p1": "",
        "pair:p2": "pair-partner-dropped",
        "pair:p3": "pair-across-stages",
    }
    assert ranked(found.filter(pl.col("unit") == "pair:p1"))["size"].to_list() == [2]


def _sources(counts):
    return described(_candidates(*(conversation(i * 1000 + n, source=s) for i, (s, k) in enumerate(counts.items()) for n in range(k))))


def _first(records, units, weights=None):
    order = ranked(records, weights).head(units)
    return dict(records.filter(pl.col("unit").is_in(order["unit"].implode())).group_by("source").len().rows())


def test_a_prefix_holds_strata_by_the_square_root_of_their_size():
    assert _first(_sources({"large": 400, "small": 25}), 50) == {"large": 40, "small": 10}


def test_weights_of_policy_shift_the_order():
    assert _first(_sources({"a": 100, "b": 100}), 40, {"source.b": 3.0}) == {"a": 10, "b": 30}


def test_the_order_does_not_depend_on_the_order_of_the_records():
    records = [conversation(n) for n in range(40)]
    assert ranked(described(_candidates(*records))).equals(ranked(described(_candidates(*reversed(records)))))
