"""Drift between distributions."""

import polars as pl
import pytest

from empathy_assets.engines.packaging.drift import distributions, drift, stability_index
from empathy_assets_tests.engines.splitting.samples import release


def test_shares_of_every_figure_add_up():
    found = distributions(release())
    assert set(found) == {"stage", "source", "licence", "kind", "issue", "category", "words", "ears"}
    assert all(sum(shares.values()) == pytest.approx(1, abs=1e-6) for shares in found.values())
    assert distributions(release().clear())["stage"] == {}


def test_the_index_is_zero_for_the_same_and_the_textbook_value_else():
    assert stability_index({"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.5}) == 0
    assert stability_index({"a": 0.5, "b": 0.5}, {"a": 0.8, "b": 0.2}) == pytest.approx(0.4159, abs=1e-4)


def test_what_moved_most_comes_first_and_is_marked():
    old = distributions(release())
    new = distributions(release().with_columns(pl.lit("elsewhere").alias("source")))
    rows = drift(old, new)
    assert (rows[0]["figure"], rows[0]["shifted"], abs(rows[0]["by"])) == ("source", True, 1.0)
    assert [row["shifted"] for row in rows[1:]] == [False] * 7


def test_a_shift_begins_where_policy_says():
    even = {"stage": {"a": 0.5, "b": 0.5}}
    moved = [drift(even, {"stage": {"a": share, "b": 1 - share}})[0] for share in (0.71, 0.72)]
    assert [(round(row["psi"], 3), row["shifted"]) for row in moved] == [(0.188, False), (0.208, True)]
