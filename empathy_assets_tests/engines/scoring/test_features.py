"""Behaviour of `engines.scoring.features`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.scoring.features import WIDTH, Columns, chunks, weighted_sums

WEIGHTS = np.random.default_rng(5).normal(size=2 * WIDTH).astype(np.float32)


@given(st.lists(st.text(max_size=60), max_size=8))
def test_a_score_does_not_depend_on_the_neighbours(texts):
    together = weighted_sums(texts, WEIGHTS)[:, 0]
    alone = [weighted_sums([text], WEIGHTS)[0, 0] for text in texts]
    assert together == pytest.approx(np.array(alone), abs=1e-4)


def test_sums_agree_with_the_training_matrix():
    texts = ["I can't sleep.", "", "the rain came down the hill and the hill went on", "x", "à la carte, naïve \U0001f642"]
    assert weighted_sums(texts, WEIGHTS)[:, 0] == pytest.approx(Columns(texts).dot(WEIGHTS), abs=1e-4)
    words = WEIGHTS[:WIDTH]
    assert weighted_sums(texts, words, chars=False)[:, 0] == pytest.approx(Columns(texts, chars=False).dot(words), abs=1e-4)


@pytest.mark.parametrize("variant", ["I CAN'T sleep", "i can\u2019t   sleep", "I cant sleep!!", "\n I can't\tsleep ..."])
def test_case_quotes_and_spacing_make_no_difference(variant):
    assert weighted_sums([variant], WEIGHTS) == pytest.approx(weighted_sums(["I can't sleep"], WEIGHTS))


def test_words_matter_and_nothing_scores_zero():
    assert weighted_sums(["a calm sea"], WEIGHTS)[0, 0] != weighted_sums(["a rough sea"], WEIGHTS)[0, 0]
    assert weighted_sums(["", " ", "\x00", "?!"], WEIGHTS)[:, 0].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_several_heads_at_once():
    table = np.stack([WEIGHTS, -2.0 * WEIGHTS], axis=1)
    found = weighted_sums(["one two three", "four"], table)
    assert found.shape == (2, 2)
    assert found[:, 1] == pytest.approx(-2.0 * found[:, 0], rel=1e-4, abs=1e-5)


def test_chunks_cover_everything_in_order():
    texts = ["abc"] * 10
    parts = list(chunks(texts, 8))
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(10))
    assert len(parts) > 1
    assert list(chunks([])) == []


def test_many_texts_over_several_chunks():
    texts = [f"text number {i} of many " * 20 for i in range(4000)]
    found = weighted_sums(texts, WEIGHTS)[:, 0]
    assert found[3999] == pytest.approx(weighted_sums([texts[3999]], WEIGHTS)[0, 0], abs=1e-4)


def test_transposed_product():
    columns = Columns(["one two", "two three"])
    residual = np.array([1.0, -1.0])
    probe = np.random.default_rng(1).normal(size=columns.n_columns)
    assert columns.transposed_dot(residual) @ probe == pytest.approx(residual @ columns.dot(probe), rel=1e-5)


def test_a_folded_table_gives_what_the_whole_one_gives() -> None:
    folded = np.random.default_rng(3).normal(size=(WIDTH // 4, 2)).astype(np.float32)
    texts = ["one two three", "four five", ""]
    assert (weighted_sums(texts, folded, chars=False) == weighted_sums(texts, np.repeat(folded, 4, axis=0), chars=False)).all()
