"""Templates: text, slots and choices are told apart, and what is malformed is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.grammar.template import Choice, Slot, parse, slots_of


def test_slots_choices_and_pronoun() -> None:
    alternative = parse("so [very|{*deg}] {feeling}, {person.they} and {event:you} ~she")
    assert alternative.pronoun == "she"
    assert Slot("feeling", "", fresh=False, you=False) in alternative.nodes
    assert Choice((("very",), (Slot("deg", "", fresh=True, you=False),))) in alternative.nodes
    assert [slot.name for slot in slots_of(alternative)] == ["deg", "feeling", "person", "event"]
    assert alternative.facts == {"feeling", "person", "event"}


def test_explicit_second_person() -> None:
    assert parse("I am the eldest >> you are the eldest").you == ("you are the eldest",)


@pytest.mark.parametrize("text", ["[open", "shut]", "a|b", "{Bad}", "{two words}"])
def test_malformed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="in "):
        parse(text)


@given(st.text(alphabet=st.characters(blacklist_characters="[]|{}~>"), max_size=60))
def test_plain_text_is_itself(text: str) -> None:
    assert "".join(str(n) for n in parse(text).nodes) == text
