"""Tests of the two shapes of finding."""

from empathy_assets.engines.checking.finding import at_least, none_of


def test_at_least_needs_something_to_measure() -> None:
    assert at_least(0.95, 0.95, "recall", n=10).passed
    assert not at_least(0.94, 0.95, "recall", n=10).passed
    assert not at_least(1.0, 0.95, "recall", n=0).passed


def test_none_of_names_an_example() -> None:
    assert none_of(0, "bad rows", n=4).passed
    found = none_of(2, "bad rows", n=4, example="c-1")
    assert (found.passed, found.sentence) == (False, "2 of 4 bad rows, e.g. c-1; none expected")
