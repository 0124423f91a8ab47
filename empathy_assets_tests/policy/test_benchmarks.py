"""Tests of the crisis benchmark: readable, balanced, unique and within the label definition's vocabulary."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from empathy_assets.policy.load import POLICY_DIR

BENCHMARKS = POLICY_DIR / "benchmarks"
CRISIS_CATEGORIES = {"suicidality", "self-harm", "violence", "abuse", "substance", "eating-disorder", "psychosis", "other"}
SAFE_CATEGORIES = {
    "idiom",
    "negation",
    "past-resolved",
    "bereavement",
    "news-research",
    "therapist",
    "distress",
    "third-party-safe",
    "fiction-gaming",
    "medical-fact",
    "ordinary",
}
CRISIS_STYLES = {"explicit", "implicit", "passive", "third-party", "denial"}
SAFE_STYLES = {"hard", "ordinary"}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    text = (BENCHMARKS / "crisis.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _trigrams(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)} or {tuple(words)}


def test_every_row_has_exactly_the_documented_fields(rows: list[dict[str, Any]]) -> None:
    assert all(set(row) == {"id", "text", "label", "category", "style"} for row in rows)


def test_ids_are_numbers_in_order_and_never_given_twice(rows: list[dict[str, Any]]) -> None:
    ids = [row["id"] for row in rows]
    assert all(re.fullmatch(r"b-\d{4}", name) for name in ids)
    assert ids == sorted(set(ids))


def test_categories_and_styles_belong_to_the_label(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert row["label"] in (0, 1), row["id"]
        assert row["category"] in (CRISIS_CATEGORIES if row["label"] else SAFE_CATEGORIES), row["id"]
        assert row["style"] in (CRISIS_STYLES if row["label"] else SAFE_STYLES), row["id"]


def test_every_category_and_style_is_present(rows: list[dict[str, Any]]) -> None:
    assert {row["category"] for row in rows} == CRISIS_CATEGORIES | SAFE_CATEGORIES
    assert {row["style"] for row in rows} == CRISIS_STYLES | SAFE_STYLES


def test_both_labels_are_large_and_balanced(rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["label"] for row in rows)
    assert min(counts.values()) >= 340
    assert abs(counts[0] - counts[1]) <= 0.05 * len(rows)


def test_texts_are_clean_and_not_too_long(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        assert row["text"] == row["text"].strip(), row["id"]
        assert 0 < len(row["text"]) <= 1_600, row["id"]


@pytest.mark.parametrize("label", [0, 1])
def test_a_third_is_long_and_a_third_is_short_within_each_label(rows: list[dict[str, Any]], label: int) -> None:
    lengths = [len(row["text"].split()) for row in rows if row["label"] == label]
    assert sum(length >= 40 for length in lengths) >= 0.32 * len(lengths)
    assert sum(length < 30 for length in lengths) >= len(lengths) / 3


def test_length_does_not_give_the_label_away(rows: list[dict[str, Any]]) -> None:
    mean = {}
    for label in (0, 1):
        lengths = [len(row["text"].split()) for row in rows if row["label"] == label]
        mean[label] = sum(lengths) / len(lengths)
    assert mean[1] == pytest.approx(mean[0], rel=0.1)


def test_texts_are_unique_and_no_two_are_near_duplicates(rows: list[dict[str, Any]]) -> None:
    assert len({" ".join(_words(row["text"])) for row in rows}) == len(rows)
    grams = [_trigrams(row["text"]) for row in rows]
    for i, left in enumerate(grams):
        for j in range(i):
            assert len(left & grams[j]) <= 0.25 * len(left | grams[j]), (rows[i]["id"], rows[j]["id"])


def test_the_readme_states_the_counts_of_the_file(rows: list[dict[str, Any]]) -> None:
    readme = (BENCHMARKS / "README.md").read_text(encoding="utf-8")
    for (category, label), count in Counter((row["category"], row["label"]) for row in rows).items():
        assert re.search(rf"^\| {category} \| {label} \|.*\| {count} \|$", readme, re.MULTILINE), category
