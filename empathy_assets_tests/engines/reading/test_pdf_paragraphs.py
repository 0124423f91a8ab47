"""Tests of paragraphs in PDFs: indents, gaps, short lines, pages."""

from empathy_assets.engines.reading.pdf_lines import Line
from empathy_assets.engines.reading.pdf_paragraphs import Composer


def texts(rows, *, per_page=20):
    """Return the paragraphs of (left, right, text) rows set 12 points apart."""
    lines = [Line(t, 1 + n // per_page, left, right, 700 - 12 * (n % per_page), 10) for n, (left, right, t) in enumerate(rows)]
    return [(p.page, p.text) for p in Composer(lines, [], 10).paragraphs()]


_FULL = [(60, 300, f"words that fill line {n} of the page") for n in range(6)]


def test_an_indent_begins_a_paragraph_and_a_page_does_not():
    rows = [*_FULL, (72, 300, "Here begins another one"), *_FULL]
    assert [t[:11] for _, t in texts(rows)] == ["words that ", "Here begins"]
    assert len(texts(rows, per_page=4)) == 2


def test_a_short_line_with_a_full_stop_ends_a_paragraph():
    rows = [*_FULL, (60, 150, "and so it ended."), *_FULL]
    assert len(texts(rows)) == 2


def test_long_paragraphs_are_divided_at_a_sentence_on_a_later_page():
    rows = [(60, 300, f"one long sentence stands here. Line {n} goes on with words") for n in range(120)]
    found = texts(rows)
    assert len(found) > 1
    assert found[0][1].endswith(".")
    assert sorted({page for page, _ in found}) == sorted(page for page, _ in found)
