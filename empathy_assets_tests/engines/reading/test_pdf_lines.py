"""Tests of the lines of PDF pages: place, size, note marks, hyphens, margins."""

import io

import pypdfium2 as pdfium
from reportlab.pdfgen import canvas

from empathy_assets.engines.reading.pdf_lines import HYPHEN, Line, Measures, body_size, page_lines


def sheet(*strings):
    """Return the lines of a page on which (x, y, font, size, text) are drawn."""
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, invariant=1)
    for x, y, font, size, text in strings:
        page.setFont(font, size)
        page.drawString(x, y, text)
    page.showPage()
    page.save()
    document = pdfium.PdfDocument(buffer.getvalue())
    try:
        return page_lines(document, 0)
    finally:
        document.close()


def test_place_size_and_weight():
    head, line = sheet((60, 700, "Helvetica-Bold", 18, "The Road"), (60, 660, "Helvetica", 10, "We walked on."))
    assert (head.text, head.page, head.size, head.bold) == ("The Road", 1, 18.0, True)
    assert (line.left, line.base, line.size, line.bold) == (60.0, 660.0, 10.0, False)
    assert line.right > 100


def test_raised_note_numbers_go_and_figures_stay():
    (line,) = sheet(
        (60, 700, "Helvetica", 10, "the garden."), (113, 704, "Helvetica", 6, "12"), (125, 700, "Helvetica", 10, "In 1911 we left*")
    )
    assert line.text == "the garden. In 1911 we left"


def test_a_hyphen_at_the_line_end_becomes_the_mark():
    first, second = sheet((60, 700, "Helvetica", 10, "she was think-"), (60, 688, "Helvetica", 10, "ing of the road"))
    assert first.text == "she was think" + HYPHEN
    assert second.text == "ing of the road"


def test_measures_and_body_size():
    lines = [Line(f"words {n}", 1, 60 if n else 20, 300, 700 - 12 * n, 10) for n in range(10)] + [Line("Title", 1, 60, 90, 720, 18)]
    assert body_size(lines) == 10.0
    assert body_size([]) == 0.0
    measures = Measures(lines[:10], 10)
    assert (measures.pitch, measures.margins(lines[0])) == (12.0, (60, 300))
    assert measures.parted(lines[0], lines[2])
    assert not measures.parted(lines[0], lines[1])
