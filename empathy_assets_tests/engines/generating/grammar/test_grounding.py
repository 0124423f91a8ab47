"""Grounding: quotations are the passage's own words, terms are phrases of it."""

from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.grammar.grounding import material, passage_facts

TEXT = (
    "The practice of slow breathing steadies a frightened body (Marsh, 2011). "
    "When the breath lengthens, the heart follows it within a minute. "
    "This is old knowledge. Attention to the breath is a form of kindness, and kindness lowers the guard of shame."
)


def test_quotes_are_verbatim_and_short() -> None:
    offered = material(TEXT)
    assert len(offered.quotes) >= 3
    for quote in offered.quotes:
        assert quote.lower() in TEXT.replace(" (Marsh, 2011)", "").lower()
        assert len(quote.split()) <= 25
        assert not quote.endswith(".")


def test_terms_are_phrases_of_the_passage() -> None:
    offered = material(TEXT)
    assert "breath" in " ".join(offered.terms)
    assert all(term in TEXT.lower() for term in offered.terms)


def test_conversations_take_different_parts() -> None:
    offered = material(TEXT)
    seen = {(f["quote"], f["term"]) for f in (passage_facts(s, offered, "T", []) for s in range(60))}
    assert len(seen) > 4


@given(st.text(min_size=1, max_size=300).filter(str.strip))
def test_any_text_offers_something(text: str) -> None:
    facts = passage_facts(1, material(text), "", ["A. Writer"])
    assert facts["author"] == "A. Writer"
    assert set(facts) == {"quote", "quote2", "term", "term2", "title", "author"}
