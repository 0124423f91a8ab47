"""Pairs: written pairs are matched, and each way of not being matched is named."""

import copy
from typing import Any

import polars as pl
import pytest

from empathy_assets.engines.generating.grammar.writing import write
from empathy_assets.engines.generating.pairs import pair_differs_only_in_attribute
from empathy_assets_tests.engines.generating.test_plan import passages, plan


@pytest.fixture(scope="module")
def members() -> list[dict[str, Any]]:
    return write(plan().filter(pl.col("kind") == "bias"), passages()).to_dicts()


def test_every_written_pair_differs_only_in_its_attribute(members: list[dict[str, Any]]) -> None:
    found = [pair_differs_only_in_attribute(a, b) for a, b in zip(members[::2], members[1::2], strict=True)]
    assert len(found) > 50
    assert set(found) == {(True, "")}


def test_what_is_not_a_pair_is_named(members: list[dict[str, Any]]) -> None:
    a, b = members[:2]
    reworded = copy.deepcopy(b)
    reworded["turns"][1]["content"] += " And chin up."
    shorter = copy.deepcopy(b)
    shorter["turns"] = shorter["turns"][:-2]
    silent = [copy.deepcopy(x) for x in (a, b)]
    for member in silent:
        member["turns"] = [{"role": "user", "content": "I am tired."}]
    assert "turn 1" in pair_differs_only_in_attribute(a, reworded)[1]
    assert "turns against" in pair_differs_only_in_attribute(a, shorter)[1]
    assert "not two values" in pair_differs_only_in_attribute(a, a)[1]
    assert "not one pair" in pair_differs_only_in_attribute(a, members[2])[1]
    assert "never mentioned" in pair_differs_only_in_attribute(*silent)[1]
