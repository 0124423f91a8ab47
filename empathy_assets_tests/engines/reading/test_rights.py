"""Tests of the rights declarations: grammar, precedence, accepted licences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.reading.rights import RightsError, parse_rights

_TEXT = """
[default]
licence = "CC0-1.0"
origin = "default"
["books/*.epub"]
licence = "MIT"
origin = "glob"
["books/se*.epub"]
licence = "MIT"
origin = "longer glob"
["books/sea.epub"]
licence = "CC-BY-4.0"
origin = "exact"
holder = "A. Brook"
voice = "calm"
"""


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("books/sea.epub", "exact"),
        ("books/second.epub", "longer glob"),
        ("books/x.epub", "glob"),
        ("talks/x.vtt", "default"),
        ("./books/sea.epub", "exact"),
    ],
)
def test_most_specific_declaration_wins(path, origin):
    rights = parse_rights(_TEXT).lookup(path)
    assert rights is not None
    assert rights.origin == origin


def test_without_default_an_unnamed_file_has_no_rights():
    assert parse_rights('["a.txt"]\nlicence="MIT"\norigin="x"').lookup("b.txt") is None


@pytest.mark.parametrize("text", ["not toml [", '["a"]\nlicence="MIT"', "a = 3", '[default]\nlicence="MIT"\norigin="x"\nother=1'])
def test_unusable_declarations_say_what_to_correct(text):
    with pytest.raises(RightsError, match=r"rights\.toml"):
        parse_rights(text)


@given(st.text(max_size=80))
def test_any_text_parses_or_is_refused(text):
    try:
        parse_rights(text)
    except RightsError:
        return
