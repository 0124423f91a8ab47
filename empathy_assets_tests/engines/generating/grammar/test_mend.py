"""Mending: what pieces leave behind is repaired, and repaired text stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.grammar.mend import mended


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("so  it is .and", "So it is.and"),
        ("why?. because!.", "Why? Because!"),
        ("a honest word, a apple, an uniform, an MRI", "An honest word, an apple, a uniform, an MRI"),
        ("hm... yes. no", "Hm... yes. No"),
        ("fine, , then,.", "Fine, then."),
        ("i think I 'd go", "I think I'd go"),
        ('"a hour. (an plan) banana a.', '"An hour. (A plan) banana a.'),
        ("he asked \"why.\" and left. 'so?' i said", "He asked \"why.\" And left. 'So?' i said"),
        ("one.) two", "One.) Two"),
    ],
)
def test_mended(raw: str, expected: str) -> None:
    assert mended(raw) == expected


@given(st.text(alphabet="ab ,.?!", max_size=40))
def test_no_double_spaces_are_left(text: str) -> None:
    assert "  " not in mended(text)
