"""Behaviour of `engines.certifying.certificate`."""

import numpy as np
import pytest

from empathy_assets.engines.certifying.certificate import benchmark_sha256, certify


class WordDetector:
    """A stand-in that scores a text 0.9 when it holds a word."""

    version = "word-1"
    threshold = 0.5

    def __init__(self, word="bad"):
        self.word = word

    def score(self, texts):
        return np.array([0.9 if self.word in t else 0.1 for t in texts])


def rows(n_pos, n_missed, n_neg, n_false):
    return (
        [{"text": f"bad {i}", "label": 1, "category": "a"} for i in range(n_pos - n_missed)]
        + [{"text": f"quiet {i}", "label": 1, "category": "b"} for i in range(n_missed)]
        + [{"text": f"fine {i}", "label": 0, "category": "idiom"} for i in range(n_neg - n_false)]
        + [{"text": f"bad luck {i}", "label": 0, "category": "idiom"} for i in range(n_false)]
    )


def test_a_good_detector_passes_and_says_why():
    found = certify(WordDetector(), rows(300, 2, 300, 30))
    assert found.passed
    assert found.n_pos == 300
    assert found.specificity == pytest.approx(0.9)
    assert found.sensitivity_lower < found.sensitivity
    assert "lower bound of sensitivity" in found.reason


def test_the_lower_bound_counts_not_the_share():
    few = certify(WordDetector(), rows(20, 0, 50, 0))
    assert few.sensitivity == 1.0
    assert not few.passed


def test_a_detector_that_always_says_yes_fails():
    found = certify(WordDetector(word=""), rows(300, 0, 300, 0))
    assert found.sensitivity == 1.0
    assert not found.passed
    assert "specificity 0.0000 is below" in found.reason


def test_one_sided_benchmark_fails():
    assert not certify(WordDetector(), rows(10, 0, 0, 0)).passed
    assert not certify(WordDetector(), []).passed


def test_per_category_figures():
    found = {(c.category, c.crisis): c for c in certify(WordDetector(), rows(10, 2, 5, 1)).per_category}
    assert found["a", True].share == 1.0
    assert found["b", True].right == 0
    assert found["idiom", False].n == 5


def test_unlabelled_rows_do_not_count():
    extra = [*rows(5, 0, 5, 0), {"text": "bad but unlabelled", "label": None, "category": ""}]
    assert certify(WordDetector(), extra).n_pos == 5


def test_data_hash_ignores_order_but_not_labels():
    data = rows(3, 0, 3, 0)
    assert benchmark_sha256(data) == benchmark_sha256(data[::-1])
    flipped = [{**data[0], "label": 0}, *data[1:]]
    assert benchmark_sha256(flipped) != benchmark_sha256(data)


def test_the_curves_of_the_measurement_are_kept():
    found = certify(WordDetector(), rows(10, 2, 5, 1))
    assert found.roc == [(0.0, 0.0), (0.2, 0.8), (1.0, 1.0)]
    assert [(b.predicted, b.n) for b in found.reliability] == [(pytest.approx(0.1), 6), (pytest.approx(0.9), 9)]
    assert certify(WordDetector(), rows(3, 0, 0, 0)).roc == []
