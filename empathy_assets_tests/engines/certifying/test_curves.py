"""Behaviour of `engines.certifying.curves`."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.certifying.curves import auc_interval, reliability, roc, specificity_at, turns
from empathy_assets.engines.scoring.logistic import auc, calibration_error

LABELS = np.array([1.0, 1.0, 0.0, 0.0])
ROWS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=60)


def test_reliability_bins_hold_every_row():
    bins = reliability(np.array([0.05, 0.06, 0.95, 1.0]), np.array([0.0, 1.0, 1.0, 1.0]))
    assert [(b.n, round(b.predicted, 3), b.observed) for b in bins] == [(2, 0.055, 0.5), (2, 0.975, 1.0)]
    assert reliability(np.zeros(0), np.zeros(0)) == []


def test_the_calibration_error_is_the_weighted_gap_of_the_bins():
    chance, labels = np.linspace(0, 1, 50), (np.arange(50) % 3 == 0).astype(float)
    gap = sum(b.n * abs(b.predicted - b.observed) for b in reliability(chance, labels)) / 50
    assert gap == pytest.approx(calibration_error(chance, labels))


@given(ROWS)
def test_the_roc_rises_and_its_area_is_the_auc(rows):
    scores, labels = np.array([s for s, _ in rows], dtype=float), np.array([y for _, y in rows], dtype=float)
    alarms, found = roc(scores, labels)
    if not 0 < labels.sum() < len(labels):
        assert not len(alarms)
        return
    assert (alarms[0], found[0], alarms[-1], found[-1]) == (0, 0, 1, 1)
    assert (np.diff(alarms) >= 0).all()
    assert (np.diff(found) >= 0).all()
    assert np.trapezoid(found, alarms) == pytest.approx(auc(scores, labels))


def test_the_price_of_a_sensitivity():
    scores = np.array([0.9, 0.3, 0.5, 0.1])
    assert specificity_at(scores, LABELS, 0.5) == 1.0
    assert specificity_at(scores, LABELS, 1.0) == 0.5
    assert math.isnan(specificity_at(scores, np.ones(4), 0.5))


def test_the_interval_of_an_area_narrows_with_rows_and_says_nothing_without():
    low, high = auc_interval(0.9, 50, 50)
    assert 0.8 < low < 0.9 < high < 1.0
    assert auc_interval(0.9, 500, 500)[0] > low
    assert auc_interval(0.9, 0, 50) == (0.0, 1.0)
    assert auc_interval(float("nan"), 5, 5) == (0.0, 1.0)


@given(ROWS)
def test_the_turns_of_a_roc_are_the_whole_curve(rows):
    scores, labels = np.array([s for s, _ in rows], dtype=float), np.array([y for _, y in rows], dtype=float)
    alarms, found = roc(scores, labels)
    kept = turns(alarms, found)
    assert len(kept) <= len(alarms)
    if len(alarms):
        assert (kept[0], kept[-1]) == ((0, 0), (1, 1))
        x, y = np.array(kept).T
        assert np.trapezoid(y, x) == pytest.approx(auc(scores, labels), abs=1e-5)


def test_points_on_a_straight_line_are_left_out():
    assert turns(np.array([0, 0, 0, 0.5, 1]), np.array([0, 0.2, 1, 1, 1])) == [(0, 0), (0, 1), (1, 1)]
    assert turns(np.zeros(0), np.zeros(0)) == []
