"""Topics: forms of a word share a stem, issues bring their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.banks import load_bank
from empathy_assets.engines.generating.topics import stem, topics


@pytest.mark.parametrize(
    "forms",
    [
        ("grief", "grieving", "grieves"),
        ("sleep", "sleeping", "slept", "sleepless"),
        ("worry", "worries", "worrying", "worried"),
        ("shame", "ashamed"),
        ("lonely", "loneliness", "alone"),
        ("boundary", "boundaries"),
        ("remember", "remembering", "remembered"),
        ("parent", "parents"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("longing", "long"), ("missing", "miss"), ("meaning", "mean"), ("rest", "restore")])
def test_different_words_keep_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


@given(st.from_regex(r"[a-z]{1,20}", fullmatch=True))
def test_a_stem_is_never_empty(word: str) -> None:
    assert stem(word)


def test_every_issue_of_the_bank_has_topic_words() -> None:
    bank = load_bank("grounded")
    found = topics(bank)
    assert set(found) == set(bank.values("issue"))
    assert all(found.values())
    assert "griev" in found["losing-a-parent"]
