"""Behaviour of `engines.scoring.ears_features`: figures of a pair, the same alone and in a crowd."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from empathy_assets.engines.scoring.ears_features import DENSE, dense, marked

TALK = st.text(alphabet=st.sampled_from("abiyout' ?!.\nA\u00e9\u0130\x00"), max_size=40)


def figures(context: str, response: str) -> dict[str, float]:
    """Return the dense figures of one pair by name."""
    return dict(zip(DENSE, dense([context], [response])[0].tolist(), strict=True))


def test_what_a_reply_takes_up_of_the_clients_words_is_its_overlap() -> None:
    found = figures("My sister left in winter.", "Your sister leaving that winter, what was it like?")
    assert found["overlap_share"] == pytest.approx(2 / 3)  # sister and winter of sister, leaving, winter
    assert found["overlap_log"] == pytest.approx(np.log1p(2) / 2)
    assert found["new_share"] == pytest.approx(1 / 3)
    assert figures("", "Your sister leaving?")["overlap_share"] == 0.0


def test_questions_and_persons_are_counted() -> None:
    found = figures("", "You say you'll go? I'm here, I am. Why?")
    assert found["questions"] == pytest.approx(2 / 3)
    assert found["ends_in_question"] == 1.0
    assert found["you_share"] == 1.0  # two of nine words, five times, and no more than one
    assert found["i_share"] == 1.0
    assert figures("", "It is late")["i_share"] == 0.0


@pytest.mark.parametrize(
    ("reply", "mirrors"), [("It sounds heavy.", 1.0), ("It is heavy.", 0.0), ("unfeeling", 0.0), ("caf\u00e9 feels, feel", 1.0)]
)
def test_a_reply_that_names_a_feeling_mirrors_it(reply: str, mirrors: float) -> None:
    assert figures("", reply)["mirrors_feeling"] == mirrors


def test_an_empty_pair_and_no_pair_have_figures_too() -> None:
    assert figures("", "")["log_words"] == pytest.approx(np.log1p(1) / 4)
    assert dense([], []).shape == (0, len(DENSE))


@given(st.lists(st.tuples(TALK, TALK), max_size=6))
@settings(max_examples=60, deadline=None)
def test_figures_do_not_depend_on_the_neighbours(pairs: list[tuple[str, str]]) -> None:
    together = dense([c for c, _ in pairs], [r for _, r in pairs])
    assert [row.tolist() for row in together] == [dense([c], [r])[0].tolist() for c, r in pairs]


def test_marks_that_the_hash_would_lose_become_words() -> None:
    assert marked(["Why? No!"]) == ["qzbegin Why qzask  No qzloud "]
