"""Exact counts out of singles and pairs."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.composing.fill import Unit, fill

_UNITS = st.lists(st.tuples(st.integers(1, 2), st.sampled_from(["a", "b", "c"])), max_size=30).map(
    lambda items: [Unit(str(i), size, kind) for i, (size, kind) in enumerate(items)]
)


@given(_UNITS, st.integers(0, 40), st.integers(0, 10))
def test_a_quota_is_met_exactly_whenever_singles_and_pairs_allow_it(units, quota, floor):
    keys = fill(units, quota, {"a": floor})
    singles, total = sum(u.size == 1 for u in units), sum(u.size for u in units)
    reachable = quota <= total and (singles > 0 or quota % 2 == 0) and not (singles == 0 and quota > total)
    assert (keys is not None) == reachable
    if keys is not None:
        by_key = {u.key: u for u in units}
        assert len(keys) == len(set(keys))
        assert sum(by_key[k].size for k in keys) == quota
        held = sum(by_key[k].size for k in keys if by_key[k].kind == "a")
        assert held >= min(floor, quota, sum(u.size for u in units if u.kind == "a")) - 1


def test_a_floor_is_met_before_better_ranked_units_of_other_kinds():
    units = [Unit(f"x{i}", 1, "x") for i in range(10)] + [Unit(f"y{i}", 1, "y") for i in range(3)]
    assert sorted(fill(units, 5, {"y": 2}) or []) == ["x0", "x1", "x2", "y0", "y1"]


def test_an_odd_quota_of_pairs_alone_cannot_be_met():
    assert fill([Unit("p", 2, "bias"), Unit("q", 2, "bias")], 3, {}) is None
