"""Words and sentences, with and without punctuation."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.voices.words import frequencies, function_words, is_punctuated, names_in, sentences_of, words_of
from empathy_assets_tests.fixtures.voices import PILOT, TAILOR, bare


def test_words_keep_contractions_and_lose_case() -> None:
    assert words_of("Don\u2019t WE know, it's 3 p.m.?") == ["don't", "we", "know", "it's", "p", "m"]


def test_sentences_end_at_marks_and_a_bare_text_is_one() -> None:
    assert sentences_of('Sit down. "Why?" I said. So.') == ["Sit down.", '"Why?', "I said.", "So."]
    assert len(sentences_of(bare(PILOT)[0])) == 1


def test_punctuation_is_told_from_its_absence() -> None:
    assert is_punctuated(TAILOR)
    assert not is_punctuated(bare(TAILOR))
    assert not is_punctuated([])


def test_names_stand_with_capitals_inside_sentences() -> None:
    assert names_in(["We met Marta there, and later Marta wrote.", "Then Harbour Street was quiet.", "The harbour, the harbour."]) == {
        "marta",
        "street",
    }


@given(st.text(max_size=200))
def test_frequencies_are_shares(text: str) -> None:
    found = frequencies(Counter(words_of(text)))
    assert found.shape == (len(function_words()),)
    assert found.min() >= 0
    assert found.sum() <= 1 + 1e-9
