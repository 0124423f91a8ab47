"""Prompts: every kind has one, each carries the shared rules and the hard floor, each request names its row."""

import re

import polars as pl
import pytest

from empathy_assets.adapters.data_designer.chunks import material_of
from empathy_assets.adapters.data_designer.prompts import prompt, reference, referenced, with_prompt_words
from empathy_assets.adapters.data_designer.settings import GenerationError
from empathy_assets.engines.generating.banks import KINDS
from empathy_assets_tests.engines.generating.test_plan import passages, plan

NEVER = ("as an AI", "minimising", "you must", "promises of outcome", "medical", "hotline")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_the_rules_and_the_hard_floor(kind: str) -> None:
    text = prompt(kind)
    assert "include" not in text
    assert all(words in text for words in NEVER)
    assert "Nothing sexual that involves anyone under eighteen" in text
    assert "No means, methods, doses" in text
    assert "{{ n_turns }}" in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_a_prompt_uses_is_a_column(kind: str) -> None:
    rows = plan().filter(pl.col("kind") == kind)
    known = with_prompt_words(rows, material_of(rows, passages())).columns
    used = re.findall(r"\{\{\s*(\w+)|\{%\s*if\s+(\w+)", referenced(prompt(kind)))
    assert {a or b for a, b in used} <= set(known)


def test_passages_marks_and_voices_are_put_into_words() -> None:
    rows = plan().filter(pl.col("kind").is_in(["grounded", "bias", "persona"]))
    shown = with_prompt_words(rows, material_of(rows, passages()))
    by_kind = {kind: shown.filter(pl.col("kind") == kind) for kind in ("grounded", "bias", "persona")}
    assert by_kind["grounded"]["passage_text"].str.len_chars().min() > 0  # type: ignore[operator]
    assert by_kind["bias"]["marks"].str.contains("[[who]]", literal=True).all()
    assert by_kind["persona"]["voice_brief"].str.len_chars().min() > 0  # type: ignore[operator]
    assert by_kind["grounded"]["marks"].unique().to_list() == by_kind["bias"]["voice_brief"].unique().to_list() == [""]


def test_a_request_names_its_row() -> None:
    assert reference(referenced("Write.").replace("{{ row_id }}", "bias-000001-a")) == "bias-000001-a"
    assert reference("Write.") == ""


def test_a_missing_prompt_is_named() -> None:
    with pytest.raises(GenerationError, match=r"no prompt opera\.md"):
        prompt("opera")
