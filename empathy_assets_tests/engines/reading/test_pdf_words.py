"""Tests of joining lines: divided words, compounds, large first letters."""

import pytest

from empathy_assets.engines.reading.pdf_lines import HYPHEN, SOFT_HYPHEN, Line
from empathy_assets.engines.reading.pdf_words import INITIAL, Joiner

_TEXT = "we saw the top of a hat and a self-made man in the rain; railroad workers wrote well-known letters in it"
JOINER = Joiner([Line(_TEXT, 1), Line("the rail" + HYPHEN, 1), Line("road again", 1)])


@pytest.mark.parametrize(
    ("before", "line", "joined"),
    [
        ("think" + HYPHEN, "ing", "thinking"),
        ("the rail" + HYPHEN, "road", "the railroad"),
        ("a top" + HYPHEN, "hat", "a top-hat"),
        ("a self" + HYPHEN, "made man", "a self-made man"),
        ("Anglo" + HYPHEN, "Saxon", "Anglo-Saxon"),
        ("self-sacri" + HYPHEN, "fice", "self-sacrifice"),
        ("in" + HYPHEN, "it", "init"),
        ("top" + SOFT_HYPHEN, "hat", "tophat"),
        ("the end—", "and then", "the end—and then"),
        ("one", "two", "one two"),
        ("I" + INITIAL, "n the rain", "In the rain"),
        ("I" + INITIAL, "remember", "I remember"),
        ("W" + INITIAL, "e saw", "We saw"),
    ],
)
def test_joined(before, line, joined):
    assert JOINER.joined(before, line) == joined
