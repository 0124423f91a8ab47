"""Apportionment: exact totals, and cells that add up."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.splitting.targets import largest_remainder, policy_shares, targets
from empathy_assets.records.conversation import SPLITS


def test_policy_is_70_15_15():
    assert [policy_shares()[split] for split in SPLITS] == [Fraction(7, 10), Fraction(3, 20), Fraction(3, 20)]


@given(st.integers(0, 100_000), st.lists(st.integers(0, 50), min_size=1, max_size=6))
def test_counts_add_up_and_are_within_one_of_the_exact_share(total, weights):
    counts = largest_remainder(total, [Fraction(w) for w in weights])
    if not any(weights):
        assert counts == [0] * len(weights)
        return
    assert sum(counts) == total
    assert all(abs(n - Fraction(total * w, sum(weights))) < 1 for n, w in zip(counts, weights, strict=True))


@given(st.lists(st.integers(0, 400), min_size=1, max_size=5))
def test_cells_add_up_to_stages_and_to_exact_totals(sizes):
    counts = targets(sizes, policy_shares())
    assert counts.sum(axis=1).tolist() == sizes
    assert counts.sum(axis=0).tolist() == largest_remainder(sum(sizes), list(policy_shares().values()))


def test_at_full_size_every_cell_is_exact():
    assert targets([24_000, 15_000, 12_000, 9_000], policy_shares()).tolist() == [
        [16_800, 3_600, 3_600],
        [10_500, 2_250, 2_250],
        [8_400, 1_800, 1_800],
        [6_300, 1_350, 1_350],
    ]
