"""Behaviour of `engines.scoring.encoder`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.scoring.bundle import weight_bytes
from empathy_assets.engines.scoring.crisis import ENCODER_FILE, TOKENIZER_FILE
from empathy_assets.engines.scoring.encoder import Encoder, batches

TEXTS = ("The rain has stopped.", "I slept badly again and nobody noticed.", "Yes.", "The train was late.", "", "x" * 5000)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(weight_bytes(ENCODER_FILE), weight_bytes(TOKENIZER_FILE))


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 100), st.booleans())
def test_every_text_is_in_one_batch_of_its_length(lengths: list[int], tokens: int, alone: bool) -> None:
    groups = batches(lengths, tokens, alone=alone)
    assert sorted(i for group in groups for i in group) == list(range(len(lengths)))
    for group in groups:
        assert len({lengths[i] for i in group}) == 1
        assert len(group) == 1 or (not alone and sum(lengths[i] for i in group) <= tokens)


def test_a_logit_does_not_depend_on_the_other_texts_or_on_threads(encoder: Encoder) -> None:
    together = encoder.logits(TEXTS)
    assert [float(encoder.logits([text])[0]) for text in TEXTS] == pytest.approx(together.tolist(), abs=1e-4)
    assert np.array_equal(encoder.logits(TEXTS[::-1])[::-1], together)
    single = Encoder(weight_bytes(ENCODER_FILE), weight_bytes(TOKENIZER_FILE), threads=1)
    assert np.array_equal(single.logits(TEXTS), together)


def test_no_text_gives_no_logit(encoder: Encoder) -> None:
    assert encoder.logits([]).shape == (0,)


@pytest.mark.parametrize("text", ["\ud800", "\x00\x01\x02", "\u4f60\u597d " * 300, "\U0001f642" * 50])
def test_anything_has_a_logit(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.logits([text])).all()
