"""Behaviour of `engines.scoring.groundedness`."""

import pytest

from empathy_assets.engines.scoring.groundedness import groundedness, groundedness_of, stems

PASSAGE = "Grief often comes in waves. Between waves people work, laugh and cook; a wave may be called up by a song or a smell."


def test_a_reply_from_the_passage_is_grounded():
    assert groundedness("Grief can come in waves, and a song or a smell may call one up.", PASSAGE) > 0.8


def test_an_unrelated_reply_is_not():
    assert groundedness("Magnesium supplements improve marathon recovery times considerably.", PASSAGE) == 0.0


def test_half_of_the_claims():
    mixed = groundedness("Waves of grief may be called up by a song. Tax returns require careful bookkeeping every quarter.", PASSAGE)
    assert 0.3 < mixed < 0.7


def test_questions_and_short_sentences_make_no_claim():
    assert groundedness("What do the waves of grief feel like? I see.", PASSAGE) == 0.0


def test_many_at_once_agree_with_one_by_one():
    replies = ["Grief comes in waves between songs and smells.", "Nothing here at all fits anywhere."]
    assert groundedness_of(replies, [PASSAGE, PASSAGE]).tolist() == pytest.approx([groundedness(r, PASSAGE) for r in replies])


def test_stems_join_forms_of_a_word():
    assert stems("attachment") == stems("attached") == frozenset({"attach"})
