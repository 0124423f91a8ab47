"""Matching: fit passages before unfit ones, the issue a passage speaks of, no passage read out."""

import time

import numpy as np
import polars as pl

from empathy_assets.engines.generating.matching import answering, fits, unfit_reasons, weighed

GRIEF = (
    "Grief returns on ordinary mornings and asks for nothing but company. Mourning somebody takes longer than "
    "the neighbours think, and a song is "
    "enough to begin it again. Friends who speak the name of the one who died are a comfort, because the silence around it is lonely."
)
SLEEP = (
    "Sleep avoids those who chase it. Lying awake is easier when the lamp is on and nobody counts the hours. "
    "Worry grows in the dark and is "
    "smaller at breakfast, so a tired mind should not be believed at night. Rest may be had without sleep, in "
    "a chair, with the window open a little."
)
SHAME = (
    "Shame wants to hide and hopes to be found. Kindness reaches it sooner than reasons do, and a gentle "
    "voice helps more than a clever one. "
    "Somebody who was humiliated at school may expect contempt from every stranger, and may find a friend instead, given patience and time."
)
ARITHMETIC = (
    "The sum of two angles is equal to the third, and the converse holds when the lines are parallel to each other on the plane. " * 3
)
TABLE = "Chapter 1 ..... 12 Chapter 2 ..... 34 Chapter 3 ..... 56 Index ..... 99 " * 6
TOPICS = [frozenset({"griev", "mourn", "die"}), frozenset({"sleep", "wak", "night"}), frozenset({"sham", "humiliat", "hid"})]


def frame(*texts: str, source: str = "books") -> pl.DataFrame:
    return pl.DataFrame({"text": list(texts), "source": [source] * len(texts)})


def test_passages_unfit_for_talk_say_why() -> None:
    grave = GRIEF + " The murder, the knife and the violent blood of war fill the rest of the page with violence and execution."
    orders = "Ask about grief. Listen to the sorrow. Sit with their loneliness, and keep their fear company. " * 5
    reasons = unfit_reasons(frame(GRIEF, "Grief is long.", TABLE, ARITHMETIC, grave, orders)).to_list()
    assert reasons == ["", "too-short", "figures", "not-about-life", "grave-or-clinical", "nothing-to-quote"]


def test_a_talk_need_not_be_about_a_subject_but_must_have_a_line_to_quote() -> None:
    image = "A heavy pack is carried best when it is set down now and then. The path goes on whether or not you hurry along it. " * 3
    assert unfit_reasons(frame(image, source="transcripts")).to_list() == [""]
    assert unfit_reasons(frame(image)).to_list() != [""]
    greetings = "Good evening, friends, and welcome back to our little show tonight, glad you could all make it here again. " * 3
    assert unfit_reasons(frame(greetings, source="transcripts")).to_list() == ["nothing-to-quote"]


def test_each_passage_fits_the_issue_it_speaks_of() -> None:
    fit = fits([GRIEF, SLEEP, SHAME, ARITHMETIC], TOPICS)
    assert fit.shape == (4, 3)
    assert fit[:3].argmax(axis=1).tolist() == [0, 1, 2]
    assert not fit[3].any()


def test_one_mention_is_no_topic() -> None:
    assert not fits(["He died in June, and the house was sold to a baker who liked the yard."], TOPICS).any()


def test_what_can_be_quoted_counts_more() -> None:
    assert weighed(GRIEF, "books").count("asks for nothing but company") > 1
    assert weighed(ARITHMETIC, "books") == ARITHMETIC


def test_full_size_takes_seconds() -> None:
    texts = [f"{t} Page {i}." for i, t in enumerate([GRIEF, SLEEP, SHAME, ARITHMETIC] * 1250)]
    start = time.process_time()
    passages = frame(*texts)
    fit = fits(passages.filter(unfit_reasons(passages) == "")["text"].to_list(), TOPICS)
    assert fit.shape == (3750, 3)
    assert time.process_time() - start < 15


def test_a_passage_goes_with_no_issue_whose_clients_it_cannot_answer() -> None:
    said = [(GRIEF, "books"), (SLEEP, "books")]
    fit = np.ones((2, 2), dtype=np.float32)
    found = answering(fit, said, [frozenset({"grief"}), frozenset({"sleep"})])
    assert (found > 0).tolist() == [[True, False], [False, True]]
    assert (answering(fit, said, [frozenset({"jealousy"})] * 2) == fit).all()
