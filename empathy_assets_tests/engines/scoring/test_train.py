"""Behaviour of `engines.scoring.train`."""

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import checksums
from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.train import balanced, canonical, carried, threshold_at, train_detector

HARM = ("I want to vanish for good", "nothing is left for me here", "I plan to end it")
FINE = ("the bread rose well", "we walked by the river", "my team won again")


def labelled():
    return [
        {"text": f"{text} on day {i} {source}", "label": label, "source": source, "category": "suicide" if label else ""}
        for source in ("north", "south", "west")
        for label, texts in ((1, HARM), (0, FINE))
        for text in texts
        for i in range(5)
    ] + [{"text": "unknown", "label": None, "source": "north", "category": ""}]


def test_training_writes_weights_that_load_and_separate(tmp_path):
    report = train_detector(labelled(), tmp_path)
    assert {f.source for f in report.sources} == {"north", "south", "west"}
    assert all(f.auc > 0.95 and f.sensitivity >= 0.9 for f in report.sources)
    assert all(f.sensitivity_interval[0] <= f.sensitivity <= f.sensitivity_interval[1] for f in report.sources)
    detector = load_detector(tmp_path)
    high, low = detector.score(["I want to vanish for good", "the bread rose well"])
    assert high > low
    assert detector.version.endswith(report.sha256[:8])


def test_training_is_deterministic(tmp_path):
    train_detector(labelled(), tmp_path / "a")
    train_detector(labelled(), tmp_path / "b")
    assert checksums(tmp_path / "a") == checksums(tmp_path / "b")


def test_one_label_is_refused(tmp_path):
    with pytest.raises(ValueError, match="both labels"):
        train_detector([{"text": "x", "label": 1, "source": "s", "category": ""}], tmp_path)


def test_sources_count_by_the_root_of_their_size():
    sources = np.array(["big"] * 16 + ["small"] * 4 + ["big"] * 5)
    labels = np.array([1.0] * 20 + [0.0] * 5)
    weights = balanced(sources, labels)
    assert weights[:16].sum() / weights[16:20].sum() == pytest.approx(2.0)
    assert weights[:20].sum() == pytest.approx(weights[20:].sum())


def test_threshold_reaches_the_target():
    logits = np.arange(100.0)
    labels = np.ones(100)
    assert (logits >= threshold_at(logits, labels, np.array(["s"] * 100), 0.97)).mean() >= 0.97


@pytest.mark.parametrize(("raw", "name"), [("suicide_active", "suicidality"), ("domestic_abuse", "abuse"), ("weather", "other")])
def test_category_names_are_joined(raw, name):
    assert canonical(raw) == name


def test_a_carried_threshold_flags_as_many_whatever_the_scale():
    folds = np.random.default_rng(4).normal(size=(4, 5000))
    final = 2.5 * folds.mean(axis=0) * 2 - 1.0  # a mean of four has half their spread
    found = carried(0.7, list(folds), final)
    assert found == pytest.approx(2.5 * 0.7 - 1.0, abs=0.15)
    assert (final >= found).mean() == pytest.approx((folds >= 0.7).mean(), abs=1e-3)
    assert carried(0.7, [folds[0]], folds[0]) == pytest.approx(0.7, abs=0.01)
