"""Behaviour of `engines.certifying.baselines`."""

import numpy as np

from empathy_assets.engines.certifying.baselines import compared, keyword_counts, word_counts

TEXTS = ["Panic, and again PANIC", "nothing left for me", "a calm and long walk by the river", "tea"]
LABELS = np.array([True, True, False, False])


def test_keywords_and_words_are_counted():
    assert keyword_counts(TEXTS).tolist() == [2, 0, 0, 0]
    assert word_counts(TEXTS).tolist() == [4, 4, 8, 1]


def test_every_method_is_read_at_the_detectors_sensitivity():
    found = {b.name: b for b in compared(np.array([0.9, 0.8, 0.1, 0.2]), np.array([2.0, -1.0, 0.0, -2.0]), TEXTS, LABELS, 1.0)}
    assert list(found) == ["detector", "hashed linear", "keyword list", "length"]
    assert (found["detector"].auc, found["detector"].specificity) == (1.0, 1.0)
    assert found["hashed linear"].specificity == 0.5
    assert found["keyword list"].specificity == 0.0
    assert found["length"].auc_lower <= found["length"].auc <= found["length"].auc_upper


def test_without_a_linear_tier_or_a_second_label_the_rest_stands():
    found = compared(np.array([0.9, 0.8]), None, TEXTS[:2], LABELS[:2], 1.0)
    assert [b.name for b in found] == ["detector", "keyword list", "length"]
    assert all(b.auc is None and b.specificity is None for b in found)
