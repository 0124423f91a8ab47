"""Dealing: passages about the row's issue, none read out, all used; and a further book moves few rows."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.generating.dealing import Deal, deal, deal_to, drawn

ROWS, ISSUES = 4000, 12


def dealt(fit, rows, ids=None) -> Deal:
    names = [f"p-{i}" for i in range(fit.shape[0])] if ids is None else ids
    return deal(fit, names, drawn([f"row-{i}" for i in range(rows)]), np.arange(rows) % fit.shape[1])


def library(passages: int, seed: int = 1):
    """Return fits of passages that speak of one to three issues each."""
    draw = np.random.default_rng(seed)
    fit = np.zeros((passages, ISSUES), dtype=np.float32)
    for row in fit:
        row[draw.choice(ISSUES, size=draw.integers(1, 4), replace=False)] = 0.5 + draw.random() / 2
    return fit


def test_rows_get_a_passage_about_their_issue_and_issues_are_even() -> None:
    fit = np.eye(3, dtype=np.float32)
    found = dealt(fit, 90)
    assert found.about == 90
    assert np.bincount(found.issue).tolist() == [30, 30, 30]
    assert (found.passage == found.issue).all()


def test_an_issue_that_no_passage_speaks_of_gives_its_rows_to_others() -> None:
    fit = np.eye(3, dtype=np.float32)[:2]
    found = dealt(fit, 40)
    assert sorted(set(found.issue.tolist())) == [0, 1]
    assert found.passage.size == 40


def test_no_passage_is_read_out() -> None:
    fit = np.zeros((50, 2), dtype=np.float32)
    fit[0, 0] = 1.0
    fit[:, 1] = 0.5
    found = dealt(fit, 500)
    used = np.bincount(found.passage, minlength=50)
    assert used.max() <= 30
    assert found.passage.size == 500
    assert set(found.issue.tolist()) <= {0, 1}


def test_without_any_fit_all_passages_and_issues_are_used_evenly() -> None:
    found = dealt(np.zeros((4, 2), dtype=np.float32), 40)
    assert found.about == 0
    assert np.bincount(found.passage).tolist() == [10, 10, 10, 10]
    assert set(found.issue.tolist()) == {0, 1}


def test_a_voice_deals_the_better_half_of_its_talks_to_each_issue() -> None:
    fit = np.array([[0.9, 0.0], [0.8, 0.1], [0.0, 0.7], [0.1, 0.9]], dtype=np.float32)
    chosen = deal_to(fit, np.array([0] * 10 + [1] * 10, dtype=np.intp))
    assert set(chosen[:10].tolist()) == {0, 1}
    assert set(chosen[10:].tolist()) == {2, 3}
    assert np.bincount(chosen).tolist() == [5, 5, 5, 5]


def test_a_further_book_moves_about_the_rows_it_takes() -> None:
    fit, ids = library(60), [f"p-{i}" for i in range(60)]
    before, after = dealt(fit[:57], ROWS, ids[:57]), dealt(fit, ROWS, ids)
    taken = int((after.passage >= 57).sum())
    moved = int(((before.passage != after.passage) | (before.issue != after.issue)).sum())
    assert 0.5 * ROWS * 3 / 60 <= taken <= 2 * ROWS * 3 / 60
    assert moved <= 2 * taken
    assert (before.issue == after.issue).mean() > 0.99


def test_all_passages_are_used_about_equally_often() -> None:
    used = np.bincount(dealt(library(60), ROWS).passage, minlength=60)
    assert used.min() >= 0.4 * ROWS / 60
    assert used.max() <= 1.75 * ROWS / 60


def test_where_there_are_as_many_passages_as_rows_most_are_used() -> None:
    found = dealt(library(2000), 2000)
    assert len(set(found.passage.tolist())) > 1100
    assert found.about == 2000


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_passages_changes_nothing(order: list[int]) -> None:
    fit, ids = library(12, seed=3), [f"p-{i}" for i in range(12)]
    straight, mixed = dealt(fit, 300, ids), dealt(fit[order], 300, [ids[i] for i in order])
    assert [ids[i] for i in straight.passage] == [ids[order[i]] for i in mixed.passage]
    assert straight.issue.tolist() == mixed.issue.tolist()


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_few_rows_are_dealt_like_many(rows: int) -> None:
    found = dealt(library(5), rows)
    assert found.passage.size == found.issue.size == found.about == rows


def test_full_size_takes_seconds() -> None:
    start = time.perf_counter()
    assert dealt(library(5000), 11_000).passage.min() >= 0
    assert time.perf_counter() - start < 15
