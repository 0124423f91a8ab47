"""Tests of the rights that a landed file is declared with."""

import pytest
from pydantic import ValidationError

from empathy_assets.records.licence import Rights


def test_licence_and_origin_are_all_that_must_be_said() -> None:
    declared = Rights(licence="CC-BY-4.0", origin="https://example.org/book")
    assert (declared.holder, declared.voice) == ("", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"licence": ""},
        {"origin": ""},
        {"license": "MIT"},  # misspelt, it would else be passed over
        {"voice": None},
    ],
)
def test_a_declaration_that_says_too_little_or_something_else_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Rights.model_validate({"licence": "MIT", "origin": "a catalogue"} | wrong)


def test_rights_once_declared_stay_as_they_are() -> None:
    declared = Rights(licence="LicenseRef-none", origin="a letter")
    with pytest.raises(ValidationError, match="frozen"):
        declared.licence = "CC0-1.0"
