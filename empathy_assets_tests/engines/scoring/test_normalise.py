"""Behaviour of `engines.scoring.normalise`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.scoring.normalise import plain, plain_texts, without_courtesy


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("I can\u2019t, he said \u201cno\u201d", 'I can\'t, he said "no"'),
        ("so\u200b tired\ufeff", "so tired"),
        ("soooooo tired", "so tired"),
        ("I killllled tiiime", "I killed time"),
        ("pleaseee helllp", "please hellp"),
        ("why?!?! no!!! oh!", "why? no. oh!"),
        ("wait\u2026", "wait..."),
        ("fine \U0001f642", "fine  "),
        ("broken \ud83d half", "broken   half"),
        ("\uff48\uff49", "hi"),
        ("caf\u00e9 \u4f60\u597d", "caf\u00e9 \u4f60\u597d"),
        ("a\x00b\x07c", "a b c"),
        ("", ""),
    ],
)
def test_spellings_of_the_same_words_become_equal(written: str, expected: str) -> None:
    assert plain(written) == expected


@given(st.text(max_size=80))
def test_the_plain_form_can_always_be_encoded(text: str) -> None:
    assert plain(text).encode("utf-8").decode("utf-8") == plain(text)


@given(st.text(alphabet="abcdefgh ,.'\n", max_size=80).filter(lambda t: not any(c * 3 in t for c in "abcdefgh")))
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Hi, thanks for reading this. I am so tired.",
        "Hello everyone! I am so tired. Thank you for listening.",
        "I am so tired. Thanks in advance!",
    ],
)
def test_greetings_and_thanks_are_left_out(text: str) -> None:
    assert without_courtesy(text).strip() == "I am so tired."


@pytest.mark.parametrize(
    "text", ["Thank you for everything, goodbye to all of you.", "Hi there.", "", "Thanks.", "He said thank you and left me."]
)
def test_words_that_carry_meaning_stay(text: str) -> None:
    assert without_courtesy(text) == text


@given(st.text(max_size=80))
def test_what_remains_is_a_piece_of_the_text(text: str) -> None:
    assert without_courtesy(text) in text


@given(st.lists(st.text(alphabet=st.sampled_from("abIooo!?.'` \n\x00\x07\u2019\u00e9\U0001f642"), max_size=12), max_size=8))
def test_many_texts_have_the_plain_form_of_each(texts: list[str]) -> None:
    assert plain_texts(texts) == [plain(text) for text in texts]
