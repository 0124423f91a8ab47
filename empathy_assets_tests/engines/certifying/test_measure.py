"""Behaviour of `engines.certifying.measure`."""

import numpy as np

from empathy_assets.engines.certifying.measure import measure, measured


class CountingDetector:
    """A stand-in that counts how often it is asked."""

    version = "count-1"
    threshold = 0.5

    def __init__(self):
        self.asked = 0

    def score(self, texts):
        self.asked += len(texts)
        return np.array([0.9 if "bad" in t else 0.1 for t in texts])

    def screen(self, texts):
        return np.array([float(len(t)) for t in texts])


ROWS = [
    {"text": "bad day", "label": 1, "category": "a"},
    {"text": "fine", "label": 0, "category": "b"},
    {"text": "bad luck", "label": False, "category": "b"},
    {"text": "unsure", "label": None, "category": "b"},
]


def test_every_labelled_text_is_scored_once_for_all_figures():
    detector = CountingDetector()
    found = measure(detector, ROWS)
    assert detector.asked == 3
    assert found.labels.tolist() == [True, False, False]
    assert found.scores.tolist() == [0.9, 0.1, 0.9]
    assert found.linear.tolist() == [7.0, 4.0, 8.0]
    assert (found.certificate.n_pos, found.certificate.n_neg, found.certificate.specificity) == (1, 2, 0.5)
    assert found.certificate.auc == found.baselines[0].auc == 0.75


def test_a_measurement_from_known_scores_is_the_same_and_asks_nobody():
    detector = CountingDetector()
    found = measured(detector, ROWS[:3], np.array([0.9, 0.1, 0.9]), np.array([7.0, 4.0, 8.0]))
    assert detector.asked == 0
    direct = measure(detector, ROWS)
    assert (found.certificate, found.baselines) == (direct.certificate, direct.baselines)
