"""Behaviour of `engines.scoring.ensemble`: texts made of texts, and one network that reads as the mean of several."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.scoring.ensemble import Lesson, Teaching, recombined, taught
from empathy_assets.engines.scoring.finetune import Recipe, finetune, read
from empathy_assets_tests.engines.scoring import bert

TEXTS = [
    "The sea was calm. We walked home late, in the rain. I could not sleep.",
    "So we walked, and the sea was rough!",
    "A calm sea and rain.",
]


def test_made_texts_differ_and_hold_nothing_new() -> None:
    made = recombined(TEXTS, 60, seed=1)
    assert len(set(made)) == 60
    assert all(3 <= len(text.split()) <= 70 for text in made)
    assert {word for text in made for word in text.lower().split()} <= {word for text in TEXTS for word in text.lower().split()}
    assert made == recombined(TEXTS, 60, seed=1)
    assert made != recombined(TEXTS, 60, seed=2)


@pytest.mark.parametrize("texts", [[], [""], ["sea"], ["calm sea", "rough"], ["the sea was calm"]])
def test_texts_that_cannot_be_put_together_are_refused(texts: list[str]) -> None:
    with pytest.raises(ValueError, match="give more or longer texts"):
        recombined(texts, 40, seed=0)


@given(st.lists(st.text(), min_size=1))
def test_texts_of_any_kind_may_stand_beside_a_good_one(texts: list[str]) -> None:
    whole = "The sea was calm. We walked home late, in the rain."
    assert len(recombined([*texts, whole], 3, seed=0)) == 3


def member(folder: Path, seed: int) -> Path:
    draw = np.random.default_rng(seed)
    rows = [{"text": " ".join(draw.choice(bert.WORDS[4:], 6)), "source": "own"} for _ in range(200)]
    rows = [row | {"label": int("rough" in str(row["text"]) or (seed > 1 and "late" in str(row["text"])))} for row in rows]
    finetune(
        rows,
        str(bert.start(folder / "start")),
        folder / f"member{seed}",
        Recipe(epochs=10, batch=8, learning_rate=2e-3, frozen_layers=0, seed=seed),
    )
    return folder / f"member{seed}"


def test_the_taught_network_reads_as_the_mean(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    members = [member(tmp_path, seed) for seed in (1, 2)]
    draw = np.random.default_rng(9)
    texts = [" ".join(draw.choice(bert.WORDS[4:], 6)) for _ in range(1200)]
    recipe = Teaching(epochs=6, learning_rate=2e-3, frozen_layers=0, kept_out=0.1, threads=1)
    found = taught([Lesson(members, texts)], tmp_path / "one", recipe)
    assert found > 0.9
    networks = [transformers.AutoModelForSequenceClassification.from_pretrained(folder) for folder in (*members, tmp_path / "one")]
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "one")
    new = tokenizer([" ".join(draw.choice(bert.WORDS[4:], 6)) for _ in range(300)])["input_ids"]
    first, second, one = (read(network, new) for network in networks)
    mean = (first + second) / 2
    assert np.square(one - mean).mean() < 0.3 * np.square(first - mean).mean()


def test_a_lesson_is_taught_by_its_own_members(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    transformers: Any = pytest.importorskip("transformers")
    first, second = (member(tmp_path, seed) for seed in (1, 2))
    draw = np.random.default_rng(9)
    others = [word for word in bert.WORDS[4:] if word != "late"]
    here, there = ([" ".join([*draw.choice(others, 5), word]) for _ in range(600)] for word in ("home", "late"))
    recipe = Teaching(epochs=6, learning_rate=2e-3, frozen_layers=0, kept_out=0.1, threads=1)
    assert taught([Lesson([first], here), Lesson([second], there)], tmp_path / "one", recipe) > 0.5
    networks = [transformers.AutoModelForSequenceClassification.from_pretrained(folder) for folder in (first, tmp_path / "one")]
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "one")
    before, after = (read(network, tokenizer(["we walked home late", "so late i could not sleep"])["input_ids"]) for network in networks)
    assert (after > before + 0.5).all()  # only the second network takes `late` for a crisis


def test_no_members_and_no_texts_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    with pytest.raises(ValueError, match="members per lesson and 3 texts"):
        taught([Lesson([], ["a", "b", "c"])], tmp_path, Teaching())
    with pytest.raises(ValueError, match="0 of them kept out"):
        taught([], tmp_path, Teaching())
