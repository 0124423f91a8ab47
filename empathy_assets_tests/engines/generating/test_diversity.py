"""Diversity: known duplicates, templates and repeated sentences are found, and what is written stays within bounds."""

from pathlib import Path

import polars as pl
import pytest
from upath import UPath

from empathy_assets.adapters.cache import FrameCache
from empathy_assets.engines.generating import diversity as module
from empathy_assets.engines.generating.diversity import diversity, diversity_by_kind, one_of_each_pair
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


def test_a_kind_is_measured_once_for_its_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = write(
        build_plan(target=60, stage_shares=SHARES, passages=passages(), expected_corpus=0, seed=3, backend="embedded"), passages()
    )
    memory, measured = FrameCache(UPath(tmp_path)), []

    def counted(texts: pl.Series) -> module.Diversity:
        measured.append(texts.len())
        return diversity(texts)

    monkeypatch.setattr(module, "diversity", counted)
    plain = diversity_by_kind(frame)
    kinds = len(measured)
    assert diversity_by_kind(frame, memory) == diversity_by_kind(frame, memory) == plain
    assert len(measured) == 2 * kinds
    fewer = frame.filter((pl.col("labels").struct.field("kind") != "grounded") | (pl.int_range(pl.len()) % 2 == 0))
    assert diversity_by_kind(fewer, memory) == {**plain, "grounded": diversity_by_kind(fewer)["grounded"]}
