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


def test_marks_of_digitisers_and_publishers_go():
    text = (
        "CHAPTER THE FIRST\n\nThe road [Illustration: a road] was long. {12}He went [Pg 13]on.\n\n"
        "[1] A note.\n\n\n\n\nA Quiet Evening\n\nMore."
    )
    assert [(p.level, p.text) for p in read_text(text).paras] == [
        (1, "CHAPTER THE FIRST"),
        (0, "The road was long. He went on."),
        (0, "[1] A note."),
        (1, "A Quiet Evening"),
        (0, "More."),
    ]


def test_markdown_with_headings_above_text_and_underlined_titles():
    book = read_text("# Dawn\nSome *light* in the [east](http://x.y/z).\n\nDusk\n====\n\n**Then** night.")
    assert [(p.level, p.text) for p in book.paras] == [(1, "Dawn"), (0, "Some light in the east."), (1, "Dusk"), (0, "Then night.")]


def test_paragraphs_without_blank_lines():
    whole = "\n".join(prose(9))
    assert [p.text for p in read_text(whole).paras] == prose(9)
    indented = "\n".join(f"  {p[:60]}\n{p[60:120]}\n{p[120:170]}" for p in prose(6))
    assert len(read_text(indented).paras) == 6


def test_gutenberg_marks_without_blank_lines_and_over_two_lines():
    text = (
        "The Project Gutenberg EBook\n*** START OF THE PROJECT GUTENBERG EBOOK A VERY LONG\nTITLE OF A BOOK ***\nThe text.\n"
        "*** END OF THE PROJECT GUTENBERG EBOOK"
    )
    assert [p.text for p in read_text(text).paras] == ["The text."]
