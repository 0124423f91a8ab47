"""Tests of plain-text and HTML books."""

from empathy_assets.engines.reading.book_text import read_html, read_text
from empathy_assets_tests.engines.reading.samples import prose

_GUTENBERG = (
    "The Project Gutenberg EBook of Small Lights\n\nTitle: Small Lights\n\nAuthor: Ada Brook\n\n"
    "*** START OF THIS PROJECT GUTENBERG EBOOK SMALL LIGHTS ***\n\n\nCHAPTER I\n\n_Dawn_\n\n\n"
    "{}\n\n* * * * *\n\nEnd of Project Gutenberg's Small Lights\n\nlicence"
)


def test_gutenberg_text():
    book = read_text(_GUTENBERG.format("\n\n".join(prose(2))))
    assert (book.title, book.authors) == ("Small Lights", ["Ada Brook"])
    assert [(p.level, p.text) for p in book.paras] == [(1, "CHAPTER I"), (2, "Dawn"), *[(0, t) for t in prose(2)]]


def test_marks_of_plain_text():
    book = read_text("# Title\n\nA word in _italics_ and a note.[3]\n\n\nTHE ROAD\n\nMore text,\nwrapped.\n")
    assert [(p.level, p.text) for p in book.paras] == [
        (1, "Title"),
        (0, "A word in italics and a note."),
        (1, "THE ROAD"),
        (0, "More text, wrapped."),
    ]
    assert read_text("").paras == []


def test_html_book():
    html = (
        '<html><head><title>Small Lights</title><meta name="author" content="Ada Brook"></head><body><h1>One</h1><p>a[2]</p></body></html>'
    )
    book = read_html(html)
    assert (book.title, book.authors) == ("Small Lights", ["Ada Brook"])
    assert [(p.level, p.text) for p in book.paras] == [(1, "One"), (0, "a")]


def test_gutenberg_html_in_both_its_forms():
    old = (
        "<html><body><pre>"
        + _GUTENBERG.split("\n\n\nCHAPTER")[0]
        + "\n</pre><p>body text</p><pre>End of the Project Gutenberg EBook\n\nlicence</pre></body></html>"
    )
    assert [p.text for p in read_html(old).paras] == ["body text"]
    assert read_html(old).title == "Small Lights"
    new = '<html><body><section class="pg-boilerplate pgheader"><p>The Project Gutenberg eBook</p></section><p>body text</p></body></html>'
    assert [p.text for p in read_html(new).paras] == ["body text"]


def test_an_opening_block_of_fields_names_the_book_and_is_no_text():
    book = read_text("Title: The Long Lane\nAuthor: Ada Fern\n\nWe walked until the lamps came on.\n")
    assert (book.title, book.authors) == ("The Long Lane", ["Ada Fern"])
    assert [para.text for para in book.paras] == ["We walked until the lamps came on."]
    plain = read_text("Title: the word she used for it.\nAnd then she laughed.\n\nWe walked on.\n")
    assert plain.title == ""
    assert len(plain.paras) == 2
