"""Tests of headings in PDFs: outline, wording, size, space."""

from empathy_assets.engines.reading.pdf_headings import Entry, Headings
from empathy_assets.engines.reading.pdf_lines import Line, Measures
from empathy_assets.engines.reading.pdf_words import Joiner


def headings(top, outline=()):
    """Return the headings of a page that has the given (text, left, right, size, bold) lines set apart above twenty of text."""
    lines = [Line(text, 1, left, right, 760 - 20 * n, size, 0, bold) for n, (text, left, right, size, bold) in enumerate(top)]
    lines += [Line(f"some words of running text in line {n}", 1, 60, 300, 700 - 12 * n, 10) for n in range(20)]
    return Headings(lines, list(outline), Measures(lines, 10), Joiner(lines))


def test_outline_titles_over_two_lines_and_with_numbers():
    top = [("1. The Long", 60, 200, 10, False), ("Road Home", 60, 200, 10, False)]
    found = headings(top, [Entry(1, "The Long Road Home", 2), Entry(1, "Unseen Title", 1), Entry(1, "12", 1)])
    assert found.at(0, 0) == (2, 2, "1. The Long Road Home")
    assert [entry.title for entry in found.unprinted(1)] == ["Unseen Title"]
    assert found.unprinted(1) == []


def test_larger_type_bold_and_centred_lines():
    assert headings([("The Road", 60, 120, 16, False)]).at(0, 0) == (1, 1, "The Road")
    assert headings([("The Road", 60, 120, 10, True)]).at(0, 0) == (1, 1, "The Road")
    assert headings([("The Road", 150, 210, 10, False)]).at(0, 0) == (1, 1, "The Road")
    assert headings([("The road was long.", 60, 150, 10, False)]).at(0, 0) is None


def test_wording_and_titles_below_a_number():
    found = headings([("CHAPTER IV", 60, 120, 10, False), ("THE ROAD", 60, 120, 10, False)])
    assert found.at(0, 0) == (1, 1, "CHAPTER IV")
    assert found.at(1, 1) == (1, 1, "THE ROAD")
    assert found.is_initial(Line("W", 1, size=30))
