"""Sentences: cut where they end, with what closes them, and nothing else is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.engines.sentences import AFTER_STOP, BEFORE_CAPITAL, STOP_OR_LINE, sentences, spans


@pytest.mark.parametrize(
    ("text", "written", "said"),
    [
        ("Rest now. Then walk.", ["Rest now.", "Then walk."], ["Rest now.", "Then walk."]),
        ("some do, e.g. those who wait. Others go.", ["some do, e.g. those who wait.", "Others go."], None),
        ('"Stay." She went. “No!” He stayed.', ['"Stay.', "She went.", "“No!", "He stayed."], ['"Stay.', "She went.", "“No!” He stayed."]),
        ("well. you know. i stayed", ["well. you know. i stayed"], ["well.", "you know.", "i stayed"]),
        ("(It hurt.) It heals.", ["(It hurt.", "It heals."], ["(It hurt.", "It heals."]),
        ("", [], []),
        ("  \n ", [], []),
    ],
)
def test_ends(text: str, written: list[str], said: list[str] | None) -> None:
    assert sentences(text, BEFORE_CAPITAL) == written
    assert said is None or sentences(text, AFTER_STOP) == said


@given(st.text(alphabet="aB .?!\n", max_size=60))
def test_no_letter_is_lost_and_no_sentence_is_empty(text: str) -> None:
    for ends in (BEFORE_CAPITAL, AFTER_STOP):
        found = sentences(text, ends)
        assert "".join("".join(found).split()) == "".join(text.split())
        assert all(s == s.strip() != "" for s in found)


@given(st.text(max_size=200))
def test_spans_are_trimmed_ordered_and_complete(text: str) -> None:
    found = spans(text, STOP_OR_LINE)
    assert all(text[a:b] == text[a:b].strip() and a < b for a, b in found)
    assert found == sorted(found)
    assert sum(len(text[a:b].replace(" ", "")) for a, b in found) <= len(text)


def test_spans_end_at_stops_and_lines() -> None:
    text = "It hurts. Do you see?  Yes!\nAnd more"
    assert [text[a:b] for a, b in spans(text, STOP_OR_LINE)] == ["It hurts.", "Do you see?", "Yes!", "And more"]


@given(st.text(alphabet="aB .?!\n\"')\u2026\u201d\u00a0", max_size=60))
def test_the_quick_way_cuts_where_the_expression_does(text: str) -> None:
    edges = [0, *(place for match in STOP_OR_LINE.finditer(text) for place in match.span()), len(text)]
    pieces = [text[a:b].strip() for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert [text[a:b] for a, b in spans(text, STOP_OR_LINE)] == [piece for piece in pieces if piece]
