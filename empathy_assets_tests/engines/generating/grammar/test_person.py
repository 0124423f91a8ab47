"""Person: the client's words turned towards the client."""

import pytest

from empathy_assets.engines.generating.grammar.person import PRONOUNS, to_second


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("my mother left me", "your mother left you"),
        ("I'm sure I was late, am I?", "you're sure you were late, are you?"),
        ("we buried our dog ourselves", "you buried your dog yourselves"),
        ("My sister and mine", "Your sister and yours"),
        ('they said "I hate my job" to me', 'they said "I hate my job" to you'),
        ("I say 'I'm fine' to my boss", "you say 'I'm fine' to your boss"),
        ("I sort my parents' things, and I can't stop", "you sort your parents' things, and you can't stop"),
    ],
)
def test_turned(first: str, second: str) -> None:
    assert to_second(first) == second


def test_every_pronoun_has_every_form() -> None:
    assert len({frozenset(forms) for forms in PRONOUNS.values()}) == 1
