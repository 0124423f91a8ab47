"""Behaviour of `engines.scoring.logistic`."""

import numpy as np
import pytest

from empathy_assets.engines.scoring.features import Columns
from empathy_assets.engines.scoring.logistic import auc, calibration_error, fit, minimise, platt, sigmoid


def test_sigmoid_is_stable():
    assert sigmoid(np.array([-1e4, 0.0, 1e4])).tolist() == [0.0, 0.5, 1.0]


def test_minimise_finds_the_bottom_of_a_valley():
    target = np.array([3.0, -2.0, 0.5])
    scale = np.array([1.0, 50.0, 0.1])
    found = minimise(lambda x: (float(0.5 * scale @ (x - target) ** 2), scale * (x - target)), np.zeros(3), iterations=200)
    assert found == pytest.approx(target, abs=1e-2)


def test_fit_learns_a_word_and_a_dense_column():
    texts = [f"{'storm' if i % 2 else 'calm'} over harbour {i % 7}" for i in range(80)]
    labels = np.array([float(i % 2) for i in range(80)])
    columns = Columns(texts)
    hashed, dense, bias = fit(columns, np.zeros((80, 1)), labels, np.ones(80), l2=0.01)
    assert auc(columns.dot(hashed) + bias, labels) == 1.0
    assert dense.shape == (1,)
    assert hashed.shape == (columns.n_columns,)


def test_platt_calibrates():
    rng = np.random.default_rng(3)
    score = rng.normal(size=4000) * 5
    labels = (rng.random(4000) < sigmoid(0.4 * score - 1.0)).astype(float)
    slope, offset = platt(score, labels, np.ones(4000))
    assert slope == pytest.approx(0.4, abs=0.08)
    assert offset == pytest.approx(-1.0, abs=0.2)
    assert calibration_error(sigmoid(slope * score + offset), labels) < 0.03


def test_auc():
    assert auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])) == pytest.approx(0.75)
    assert auc(np.array([1.0, 1.0]), np.array([0, 1])) == 0.5
    assert np.isnan(auc(np.array([1.0]), np.array([1])))
