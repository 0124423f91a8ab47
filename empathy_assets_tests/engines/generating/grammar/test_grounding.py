"""Grounding: quotations are the passage's own words, subjects and sources are said as a person would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.generating.grammar.grounding import material, passage_facts, variants
from empathy_assets.engines.generating.topics import stem

TEXT = (
    "The practice of slow breathing steadies a frightened body (Marsh, 2011). "
    "When the breath lengthens, the heart follows it within a minute. "
    "This is old knowledge. Attention to the breath is a form of kindness, and kindness lowers the guard of shame."
)
TWO = "Grief comes back on ordinary mornings and asks for company. Sleep avoids those who chase it through the small hours."


def facts(seed: int = 1, text: str = TEXT, title: str = "T", authors: tuple[str, ...] = (), **options: object) -> dict[str, str]:
    return passage_facts(seed, material(text), title, list(authors), **options)  # type: ignore[arg-type]


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


def test_a_conversation_quotes_a_claim_and_names_its_subject() -> None:
    for seed in range(30):
        found = facts(seed)
        assert f"{found['line']}." in TEXT.replace(" (Marsh, 2011)", "")
        assert found["line"] != found["line2"]
        assert found["lines"] == "two"
        assert found["subject"] in {"fear", "the body", "kindness", "shame"}


def test_the_claim_that_touches_the_issue_is_preferred() -> None:
    lines = {facts(seed, TWO, topic=frozenset({stem("grief")}))["subject"] for seed in range(20)}
    assert lines == {"grief"}
    assert {facts(seed, TWO)["subject"] for seed in range(20)} == {"grief", "sleep"}


def test_the_claim_that_answers_the_client_is_preferred_to_the_one_that_touches_the_issue() -> None:
    found = [facts(seed, TWO, topic=frozenset({stem("grief")}), asked=frozenset({"sleep"})) for seed in range(20)]
    assert {f["subject"] for f in found} == {"sleep"}


def test_a_single_claim_is_said_once() -> None:
    found = facts(text="Sleep avoids those who chase it through the small hours.")
    assert found["lines"] == "one"
    assert found["line"] == found["line2"]


def test_of_a_talk_any_image_may_be_used() -> None:
    text = "A cairn may be a cup of tea. The path goes round the hill and not over it. Shame likes the dark corner of the hut best."
    seen = {facts(seed, text, kind="talk")["line"] for seed in range(40)}
    assert len(seen) > 1
    assert {facts(seed, text, kind="talk")["subject"] for seed in range(5)} == {"all this"}


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("[Sample] Shame in the room: how clients signal it.", "Shame in the room"),
        ("The Untroubled Mind", "The Untroubled Mind"),
        ("scan_0042.pdf", "a study I read"),
        ("two-column", "a study I read"),
        ("", "a study I read"),
        ("A very long heading that goes on and on and on without ever coming to the point it wants to make", "a study I read"),
    ],
)
def test_a_title_is_said_as_a_person_would(title: str, said: str) -> None:
    assert facts(title=title, kind="paper")["title"] == said


@pytest.mark.parametrize(
    ("authors", "said"),
    [
        ((), "the researchers"),
        (("Ada Marsh",), "Ada Marsh"),
        (("Ada B. Marsh",), "Ada Marsh"),
        (("Marsh, Ada", "Ben Lee"), "Ada Marsh and Ben Lee"),
        (("Marsh A", "Lee B", "Roy C"), "Marsh and colleagues"),
    ],
)
def test_authors_are_said_as_a_person_would(authors: tuple[str, ...], said: str) -> None:
    assert facts(authors=authors, kind="paper")["author"] == said


def test_the_wording_follows_source_shape_and_number_of_lines() -> None:
    rules = {"cite": 0, "cite_for_paper": 1, "ask": 2, "ask_for_help": 3, "answer_for_two": 4, "cite_for_talk": 5, "ask_for_two": 6}
    assert variants(rules, {"kind": "paper", "shape": "help", "lines": "one"}) == {"cite": 1, "ask": 3}
    assert variants(rules, {"kind": "book", "shape": "help", "lines": "two"}) == {"answer": 4, "ask": 6}


@given(st.text(min_size=1, max_size=300).filter(str.strip))
def test_any_text_offers_something(text: str) -> None:
    found = facts(1, text, "", ("A. Writer",))
    assert found["author"] == "A. Writer"
    assert found["title"]
    assert set(found) >= {"quote", "quote2", "line", "line2", "term", "term2", "title", "author", "subject", "kind", "shape", "lines"}


def test_a_talk_without_a_line_about_living_gives_no_quotation() -> None:
    offered = material("Good evening, friends. Welcome back to the show.", "transcripts")
    assert offered.quotes == ()
    found = passage_facts(1, offered, "A talk", [], kind="talk")
    assert found["lines"] == "none"
    assert {"quote", "line"}.isdisjoint(found)
    assert material("Good evening. The heart keeps a slower calendar than the wall does.", "transcripts").quotes == (
        "the heart keeps a slower calendar than the wall does",
    )
