"""Diversity: known duplicates, templates and repeated sentences are found, and what is written stays within bounds."""

import polars as pl
import pytest

from empathy_assets.engines.generating.diversity import diversity, one_of_each_pair
from empathy_assets.engines.generating.grammar.writing import write
from empathy_assets.engines.generating.plan import build_plan
from empathy_assets_tests.engines.generating.test_plan import SHARES, passages

LONG = "the quiet river turned at the mill and carried every leaf that the autumn had given it down to the sea without hurry"


def unlike(n: int) -> list[str]:
    return [" ".join(f"w{i}x{j}" for j in range(30)) + "." for i in range(n)]


def test_copies_are_found() -> None:
    assert diversity(pl.Series([*unlike(50), LONG, LONG])).jaccard_max == 1.0


def test_unlike_texts_share_nothing() -> None:
    found = diversity(pl.Series(unlike(40)))
    assert found.jaccard_max == 0.0
    assert found.overlap_mean == 0.0
    assert found.distinct_2 == 1.0
    assert found.words_mean == 30


def test_overlap_counts_others_only() -> None:
    assert diversity(pl.Series([LONG])).overlap_mean == 0.0
    assert diversity(pl.Series([LONG] * 3)).overlap_mean == pytest.approx(1.0)


def test_repeated_sentence_is_named() -> None:
    texts = [f"{text} I hear you. I hear you." for text in unlike(9)] + unlike(1)
    found = diversity(pl.Series(texts))
    assert found.sentence == "i hear you."
    assert found.sentence_share_max == pytest.approx(0.9)


@pytest.mark.parametrize("texts", [[], [""], ["one"]])
def test_too_little_is_borne(texts: list[str]) -> None:
    assert diversity(pl.Series(texts, dtype=pl.String)).jaccard_max == 0.0


@pytest.mark.parametrize("kind", ["therapeutic", "bias", "reasoning"])
def test_written_conversations_vary(kind: str) -> None:
    plan = build_plan(target=3000, stage_shares=SHARES, passages=passages(), expected_corpus=0, voices=[], seed=5, backend="embedded")
    frame = one_of_each_pair(write(plan.filter(pl.col("kind") == kind), passages()))
    found = diversity(frame["turns"].list.eval(pl.element().struct.field("content")).list.join("\n"))
    assert found.jaccard_max <= 0.5
    assert found.overlap_mean <= 0.62
    assert found.sentence_share_max <= 0.03
