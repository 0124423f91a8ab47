"""Tests of running heads, page numbers and footnotes."""

from empathy_assets.engines.reading.pdf_furniture import Furniture
from empathy_assets.engines.reading.pdf_lines import Line


def page(number, head, notes=(), size=10.0):
    """Return a page of 20 lines of text with a head and a page number, and footnotes in small type."""
    body = [
        Line(f"line {chr(97 + n)}{chr(97 + number % 26)} of the text on the page", number, 60, 300, 680 - 12 * n, 10) for n in range(20)
    ]
    small = [Line(text, number, 60, 300, 420 - 10 * n, 8) for n, text in enumerate(notes)]
    return [Line(f"{head} {number}", number, 60, 300, 720, size), *body, *small, Line(str(number), number, 150, 160, 30, 10)]


def test_heads_that_change_and_page_numbers_go():
    pages = [page(n, f"Chapter head {chr(97 + n)}") for n in range(1, 9)]
    furniture = Furniture(pages, 10)
    for lines in pages:
        assert [line.text for line in furniture.without(lines)] == [line.text for line in lines[1:-1]]


def test_a_large_title_in_the_place_of_the_head_stays():
    pages = [page(n, "The Book") for n in range(1, 9)]
    pages[4][0] = Line("Dawn", 5, 60, 120, 720, 18)
    assert Furniture(pages, 10).without(pages[4])[0].text == "Dawn"


def test_footnotes_are_told_from_the_text_and_small_quotations_are_none():
    noted = page(1, "The Book", ["1 See the letter of that year,", "which is kept in the house."])
    quoted = page(2, "The Book", ["So sang the old man of the hill"])
    furniture = Furniture([noted, quoted], 10)
    text, notes = furniture.split_notes(furniture.without(noted))
    assert (len(text), [n.text for n in notes]) == (20, ["1 See the letter of that year,", "which is kept in the house."])
    assert furniture.split_notes(furniture.without(quoted))[1] == []
