"""Tests of the `nightmare_scenarios` asset."""

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_generated


def test_scenarios_are_fenced_and_labelled(built: Built) -> None:
    rows = built.table("nightmare_scenarios")
    assert_generated(rows, built.table("generation_plan"), "nightmare_scenarios")
    labels = rows["labels"].struct.unnest()
    assert set(rows["stage"]) == {"nightmare-fuel"}
    assert labels["known_crisis"].all()
    assert labels["category"].n_unique() >= 20
    assert labels["challenges"].list.len().min() >= 1
    assert set(labels["intensity"]) == {"moderate", "high", "very-high", "ultra"}
