"""Tests of Project Gutenberg's header and licence."""

import pytest

from empathy_assets.engines.reading.gutenberg import body_range, fields, is_gutenberg

_HEAD = (
    "The Project Gutenberg EBook of Small Lights, by Ada Brook\n\n"
    "Title: Small Lights\n       A Book\n\nAuthor: Ada Brook\n\nLanguage: English\n"
)


def test_fields_of_the_header():
    assert fields(_HEAD) == {"title": "Small Lights", "author": "Ada Brook", "language": "English"}
    assert fields("Title: Something else") == {}
    assert not is_gutenberg("a book")


@pytest.mark.parametrize(
    "start",
    [
        "*** START OF THIS PROJECT GUTENBERG EBOOK SMALL ***",
        "*** START OF THE PROJECT GUTENBERG EBOOK SMALL ***",
        "*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*",
    ],
)
@pytest.mark.parametrize(
    "end",
    [
        "*** END OF THE PROJECT GUTENBERG EBOOK SMALL ***",
        "End of Project Gutenberg's Small Lights",
        "End of the Project Gutenberg EBook of Small Lights",
    ],
)
def test_body_lies_between_the_marks(start, end):
    items = ["head", start, *[f"para {i}" for i in range(10)], end, "licence of Project Gutenberg"]
    first, stop = body_range(items)
    assert items[first:stop] == [f"para {i}" for i in range(10)]


def test_without_marks_all_is_body():
    assert body_range(["a", "b"]) == (0, 2)
