"""Tests of the language judgement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading import language
from empathy_assets.engines.reading.language import is_english, language_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I have been feeling so tired lately, and I do not know what to do about it.", "en"),
        ("Mein Freund hat mich gestern verlassen und ich weiß nicht, wie es weitergehen soll.", "de"),
        ("我最近一直感觉很累不知道该怎么办才好请问我应该如何面对这样的生活呢我真的很难过也很孤独没有人理解我", "zh"),
        ("Мне очень грустно, и я не знаю, что мне делать дальше с этой жизнью.", "ru"),
        ("Name a famous Italian singer.\nOne famous Italian singer is Lorenzo Bellacampana.", "en"),
        ("Mm-hmm.", ""),
        ("", ""),
        ("12345 !!!", ""),
    ],
)
def test_language_of(text, code):
    assert language_of(text) == code


def test_text_too_short_to_tell_passes_and_foreign_text_does_not():
    assert is_english("Yeah.")[0]
    assert not is_english("Je ne sais pas quoi faire de ma vie depuis que mon père est parti.")[0]


def test_a_few_odd_words_still_pass_as_english():
    assert is_english("Caption text number one Caption text number two Caption text")[0]


WORDS = [
    "the",
    "and",
    "you",
    "don't",
    "’s",
    "cats",
    "morning",
    "Haus",
    "été",
    "мне",
    "rock'n'roll",
    "the2",
    "_it",
    "İ",
    "“is",
    "that—",
    "4",
    "",
]


@given(st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_the_cheap_verdict_is_that_of_the_full_count(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(language, "_detected", lambda _: "other")
        found = language_of(text)
        patch.setattr(language, "_plainly_english", lambda _: False)
        assert found == language_of(text)
