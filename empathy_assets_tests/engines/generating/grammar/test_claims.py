"""Claims: whole sentences about inner or shared life that can be said to a client, each with its subject and shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.grammar.claims import answers, claims, sentences_of, shape_for


def only(text: str, **options: bool):
    (claim,) = claims(text, **options)
    return claim


@pytest.mark.parametrize(
    ("sentence", "subject", "shape"),
    [
        ("A slow walk helps with shame more than any argument does.", "shame", "help"),
        ("Loneliness grows because nobody likes to be the first to knock.", "loneliness", "why"),
        ("Sorrow returns in waves that nobody in the house can foretell.", "grief", "course"),
        ("Many people keep their fear in a drawer with the bills.", "fear", "others"),
        ("Patience is a chair that is kept free for a guest.", "patience", "what"),
    ],
)
def test_a_claim_has_a_subject_in_the_clients_words_and_a_shape(sentence: str, subject: str, shape: str) -> None:
    claim = only(sentence)
    assert claim.text == sentence.rstrip(".")
    assert subject in claim.subjects
    assert claim.shape == shape


@pytest.mark.parametrize(
    "sentence",
    [
        "Ask the lonely what they cook on Sundays and whom they cook it for.",
        "This is why grief needs company more than it needs advice.",
        "When they feel shame, the room goes quiet and the tea gets cold.",
        "The participants of the study reported shame in seven interviews out of ten.",
        "You can feel your anger in the way you put down the cups.",
        "I have often thought that grief is a kind of homesickness.",
        "Does grief ever end, or does it only learn to knock first?",
        "The angles of a triangle add up to two right angles in the plane.",
        "Sadness (see Fig. 3) was found in most of the group.",
        "Shame and suicide were long thought to be the two faces of one coin.",
        "The great Leibniz had no patience with the grief of others.",
        "Hope is good.",
        "Women are given to tears and to worry by their very nature.",
        "Thou shalt find no patience in the company of fools, nor any comfort.",
    ],
)
def test_what_is_no_claim_for_a_client_is_left_alone(sentence: str) -> None:
    assert claims(sentence) == []


def test_a_paper_reports_in_the_past_and_a_book_tells_stories_in_it() -> None:
    sentence = "Guilt about moments of laughter was frequent and eased when it was said aloud."
    assert claims(sentence) == []
    assert only(sentence, reports=True).subjects[0] == "guilt"


def test_the_rest_of_something_is_no_rest() -> None:
    assert claims("The clever guests went early and the rest of the cake stayed on the table.") == []
    assert "rest" in only("An hour of rest at noon is worth two in the evening.").subjects


def test_what_one_does_is_not_asked_for_its_course() -> None:
    claim = only("Listening grows slowly, like a hedge, because nobody hurries a hedge.")
    assert claim.shape == "why"
    assert shape_for(claim, "listening") == "what"
    assert shape_for(claim, "grief") == "why"


def test_references_and_line_breaks_are_no_part_of_a_sentence() -> None:
    assert sentences_of("Grief is\nslow (Marsh, 2011). It ends [3, 4].") == ["Grief is slow.", "It ends."]


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    for claim in claims(text):
        assert claim.subjects
        assert claim.words


def test_a_claim_answers_who_asks_about_what_it_is_first_about() -> None:
    anger = only("Anger often carries a message about a value that somebody stepped on.")
    assert answers(anger, frozenset({"anger", "guilt"}))
    assert not answers(anger, frozenset({"guilt"}))


@pytest.mark.parametrize(
    "sentence",
    [
        "Anger is a guest in most houses of grief and leaves late.",
        "Guilt about moments of laughter goes when somebody smiles at it.",
    ],
)
def test_a_claim_about_somebody_elses_situation_answers_nobody_but_them(sentence: str) -> None:
    claim = only(sentence)
    assert not answers(claim, frozenset({"anger", "guilt", "shame"}))
    assert answers(claim, frozenset({"anger", "guilt", "grief", "losing someone"}))


@pytest.mark.parametrize(
    "sentence",
    [
        "A wish hopes that the guests will guess its shame before the evening.",
        "The decision about the paint belongs to the one with the ladder.",
        "A held breath is waiting for somebody to open a window.",
    ],
)
def test_a_word_in_passing_shows_no_subject(sentence: str) -> None:
    assert {"hope", "belonging", "the body"}.isdisjoint(subject for claim in claims(sentence) for subject in claim.subjects)


@pytest.mark.parametrize(
    "sentence",
    ["The answer to that question is often the first sign of shame.", "In the end shame is only for hiding in a cupboard."],
)
def test_a_sentence_that_counts_on_its_page_is_no_claim(sentence: str) -> None:
    assert claims(sentence) == []
