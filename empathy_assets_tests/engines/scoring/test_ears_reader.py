"""Behaviour of `engines.scoring.ears_reader`: the linear reader, and sentences that are read when asked for."""

import numpy as np
import pytest

from empathy_assets.engines.scoring.ears_features import DENSE
from empathy_assets.engines.scoring.ears_reader import LinearReader, Read, sentences_of
from empathy_assets.engines.scoring.features import WIDTH

REPLY = "That sounds heavy. What would help tonight?"


@pytest.fixture(scope="module")
def reader() -> LinearReader:
    """A reader of two heads with random weights for words, and none for the dense figures."""
    table = np.random.default_rng(0).normal(size=(WIDTH, 2))
    return LinearReader({"hashed": table, "dense": np.zeros((len(DENSE), 2))})


def test_sentences_are_told_of_the_replies_that_are_asked_for(reader: LinearReader) -> None:
    read = reader.read(["", "", ""], ["One word.", REPLY, "Two words. More."])
    ((spans, shares),) = read.sentences([1])
    assert [REPLY[a:b] for a, b in spans] == ["That sounds heavy.", "What would help tonight?"]
    assert shares.tolist() == reader.read(["", ""], [REPLY[a:b] for a, b in spans]).logits.tolist()
    assert read.sentences([]) == []


def test_a_sentence_that_two_replies_share_speaks_for_the_same_in_both(reader: LinearReader) -> None:
    (one, two) = reader.read(["", ""], [REPLY, "No. That sounds heavy."]).sentences([0, 1])
    assert one[1][0].tolist() == two[1][1].tolist()


def test_what_was_read_anyway_is_handed_out() -> None:
    read = Read(np.zeros((2, 1)), [[(0, 1)], [(0, 2)]], [np.ones((1, 1)), np.full((1, 1), 2.0)])
    assert [(spans, float(shares[0, 0])) for spans, shares in read.sentences([1, 0])] == [([(0, 2)], 2.0), ([(0, 1)], 1.0)]


def test_a_reply_without_a_sentence_is_one() -> None:
    assert sentences_of("") == [(0, 0)]
