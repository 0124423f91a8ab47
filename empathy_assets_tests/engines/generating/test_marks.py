"""Marks: one dialogue, two members, a pair that differs in its attribute alone."""

from typing import Any

import pytest

from empathy_assets.engines.generating.banks import load_bank
from empathy_assets.engines.generating.marks import marks_of, spelled
from empathy_assets.engines.generating.pairs import pair_differs_only_in_attribute

TURNS = [
    {"role": "user", "content": "[[who]] like me, they say. Nobody asks [[group]]. [[group]] cope."},
    {"role": "assistant", "content": "You are tired of being asked to speak for [[group]]."},
]
VALUES = list(load_bank("bias").scoped["bias_value"])


def member(value: str) -> dict[str, Any]:
    turns, why = spelled(TURNS, value)
    assert why == ""
    return {"turns": turns, "labels": {"pair_id": "p", "bias_attribute": value.split(":")[0], "bias_value": value}}


def test_members_spelled_from_one_dialogue_are_a_matched_pair() -> None:
    by_attribute: dict[str, list[str]] = {}
    for value in VALUES:
        by_attribute.setdefault(value.split(":")[0], []).append(value)
    for a, b, *_ in by_attribute.values():
        assert pair_differs_only_in_attribute(member(a), member(b)) == (True, "")


def test_a_mark_at_the_start_of_a_sentence_is_capitalised() -> None:
    first, second = (turn["content"] for turn in member(VALUES[0])["turns"])
    assert first[0].isupper()
    assert first.split(". ")[2][0].isupper()
    assert "[[" not in first + second


def test_every_value_of_an_attribute_has_words_for_every_mark() -> None:
    for attribute in {value.split(":")[0] for value in VALUES}:
        counts = {mark: len(words) for mark, words in marks_of(attribute).items()}
        assert {"[[who]]", "[[group]]"} <= set(counts)
        assert len(set(counts.values())) == 1
    assert marks_of("shoe-size") == {}


@pytest.mark.parametrize(("content", "why"), [("No marks at all.", "none of the marks"), ("[[who]] and [[pronoun9]].", "none of")])
def test_a_dialogue_that_cannot_be_spelled_says_why(content: str, why: str) -> None:
    turns, said = spelled([{"role": "user", "content": content}], VALUES[0])
    assert turns == []
    assert why in said
