"""Names are found where the sentence says so, and only there."""

import pytest

from empathy_assets.engines.cleaning.names import find_names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is John Smith and I am sad", "John Smith"),
        ("my name's priya", "priya"),
        ("Hi, I'm Anna and I feel low", "Anna"),
        ("Please contact Dr. Maria Lopez at her office", "Maria Lopez"),
        ("Call Sam on 555", "Sam"),
        ("Thank you.\nKind regards,\nSam Okafor", "Sam Okafor"),
        ("Anna Novak (anna@example.org)", "Anna Novak"),
        ("Patient: Rosa de la Cruz", "Rosa de la Cruz"),
        ("MY NAME IS ANNA AND I WORRY", "ANNA"),
    ],
)
def test_contexts(text, name):
    assert name in [text[s:e] for s, e in find_names(text)]


@pytest.mark.parametrize(
    "text",
    [
        "My name is not important",
        "Hi, I'm so tired",
        "HI, I'M FINE",
        "HELLO, I AM DOING OK",
        "Call Me Later",
        "John left. Mary stayed.",
        "name is On the list",
    ],
)
def test_no_context_no_name(text):
    assert not list(find_names(text))
