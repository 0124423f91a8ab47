"""Behaviour of `engines.scoring.crisis`: the cascade, spans, categories."""

from collections.abc import Sequence

import numpy as np
import pytest

from empathy_assets.engines.scoring.bundle import MODELS_DIR, arrays, weight_bytes
from empathy_assets.engines.scoring.crisis import CATEGORIES, LINEAR_FILE, SPAN_SENTENCES, CrisisDetector, load_detector, text_key

DANGER = "I have decided to kill myself tonight."
CALM = "The bakery on the corner sells good rye bread."


class Recorded:
    """An encoder that finds everything alarming and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        self.asked += texts
        return np.full(len(texts), 8.0)


def cascade(clear_below: float) -> tuple[CrisisDetector, Recorded]:
    encoder = Recorded()
    return CrisisDetector(arrays(weight_bytes(LINEAR_FILE, MODELS_DIR)), encoder, "test", clear_below), encoder


def test_texts_below_the_bound_are_cleared_without_the_encoder() -> None:
    low, high = sorted([DANGER, CALM], key=lambda text: cascade(0.0)[0].student([text])[0])
    detector, encoder = cascade(float(cascade(0.0)[0].student([low, high]).mean()))
    found = detector.score([low, high, low])
    assert encoder.asked == [high]
    assert found[0] == found[2] < detector.threshold
    assert found[1] > found[0]


def test_a_bound_under_everything_asks_about_each_distinct_text_once() -> None:
    detector, encoder = cascade(-np.inf)
    detector.score([DANGER, CALM, DANGER])
    assert sorted(encoder.asked) == sorted([DANGER, CALM])


def test_without_an_encoder_the_cheap_tier_decides() -> None:
    detector = CrisisDetector(arrays(weight_bytes(LINEAR_FILE, MODELS_DIR)), None, "test")
    assert detector.score([DANGER])[0] > detector.score([CALM])[0]


def test_spans_are_sentences_with_the_worst_first() -> None:
    text = f"{CALM} {DANGER} {CALM}"
    start, end, score = load_detector().spans(text)[0]
    assert text[start:end] == DANGER
    assert score == pytest.approx(load_detector().score([DANGER])[0])


def test_spans_of_many_texts_are_those_of_each() -> None:
    detector = load_detector()
    texts = [f"{CALM} {DANGER}", DANGER, "", f"{DANGER} {CALM}"]
    assert detector.spans_of(texts, detector.score(texts).tolist()) == [detector.spans(text) for text in texts]
    assert detector.spans("") == []


def test_a_long_text_has_its_likeliest_sentences_judged_only() -> None:
    detector, encoder = cascade(-np.inf)
    detector.spans(" ".join(f"Number {k} of the list is done." for k in range(200)) + " " + DANGER)
    assert len(encoder.asked) == SPAN_SENTENCES
    assert DANGER in encoder.asked


def test_categories_are_known_ones_and_nothing_in_gives_nothing_out() -> None:
    detector = load_detector()
    assert detector.category([DANGER]) == ["suicidality"]
    assert set(detector.category([CALM, ""])) <= set(CATEGORIES)
    assert detector.category([]) == []
    assert detector.score([]).shape == detector.screen([]).shape == detector.student([]).shape == (0,)


def test_of_each_conversation_the_likeliest_turns_are_judged_and_equal_ones_once() -> None:
    detector, encoder = cascade(-np.inf)
    detector.conversation_turns = 1
    found = detector.likeliest([CALM, DANGER, DANGER, CALM, CALM], np.array([0, 0, 2, 2, 3]))
    assert sorted(encoder.asked) == sorted([DANGER, CALM])
    assert (found > 0).tolist() == [False, True, True, False, True]
    assert found[[1, 2, 4]].tolist() == detector.score([DANGER, DANGER, CALM]).tolist()
    assert detector.likeliest([], np.zeros(0, dtype=int)).tolist() == []
    encoder.asked.clear()
    known = {text_key(DANGER): 0.25, text_key("somebody else's"): 0.5}
    assert detector.likeliest([CALM, DANGER, DANGER, CALM, CALM], np.array([0, 0, 2, 2, 3]), known).tolist() == [0, 0.25, 0.25, 0, found[4]]
    assert encoder.asked == [CALM]
