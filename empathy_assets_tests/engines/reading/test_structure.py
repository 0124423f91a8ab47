"""Tests of chapters: what is text, what is apparatus."""

import pytest

from empathy_assets.engines.reading.structure import Para, chapters, is_apparatus, is_boilerplate, is_chapter_title, is_numbered, is_prose
from empathy_assets_tests.engines.reading.samples import prose


def book(*parts):
    return [p if isinstance(p, Para) else Para(p) for p in parts]


def test_front_matter_contents_notes_and_index_are_left_out():
    a, b = prose(2), prose(2, start=50)
    found = chapters(
        book(
            Para("SMALL LIGHTS", 1), "by", "Ada Brook", Para("COPYRIGHT", 1), "All rights reserved by nobody",
            Para("CONTENTS", 1), "I. Dawn", "II. Dusk",
            Para("CHAPTER I", 1), Para("Dawn", 2), *a, Para("CHAPTER II", 1), *b, Para("NOTES", 1), "1. See elsewhere.", Para("INDEX", 1),
            Para("A", 2), "Apples, 3", Para("B", 2), "Bears, 4",
        )
    )  # fmt: skip
    assert [c.title for c in found] == ["CHAPTER I. Dawn", "CHAPTER II"]
    assert [x.text for x in found[0].blocks] == a
    assert [x.paragraph for x in found[1].blocks] == [1, 2]


def test_text_without_headings_is_one_chapter():
    assert [c.title for c in chapters(book(*prose(2)))] == [""]
    assert chapters([]) == []


def test_title_page_pieces_go_but_prose_stays():
    note = prose(1)[0]
    parts = [Para("ADA BROOK", 1), "Author of other things", note]
    for n in range(3):
        parts += [Para(f"CHAPTER {n + 1}", 1), *prose(4, start=n * 10)]
    found = chapters(book(*parts))
    assert [b.text for b in found[0].blocks] == [note]
    assert len(found) == 4


@pytest.mark.parametrize(
    ("title", "yes"),
    [("Contents", True), ("INDEX OF NAMES", True), ("Transcriber's Notes", True), ("Also by Ada Brook", True), ("Dawn", False)],
)
def test_is_apparatus(title, yes):
    assert is_apparatus(title) is yes


def test_small_judgements():
    assert is_chapter_title("Chapter IV. The Road")
    assert is_numbered("BOOK TWO")
    assert is_numbered("XII.")
    assert not is_numbered("Chapter IV The Road")
    assert is_boilerplate("Produced by volunteers")
    assert is_boilerplate("The Road . . . . . . . 12")
    assert is_prose(prose(1)[0])
    assert not is_prose("By Ada Brook")


@pytest.mark.parametrize(
    "title", ["LECTURE FIRST", "The Third Part", "Lectures IV and V", "Chapter Twenty-one", "Appendix II", "FIRST LECTURE."]
)
def test_more_names_of_chapters(title):
    assert is_chapter_title(title)


def test_notes_between_paragraphs_are_no_text():
    assert is_boilerplate("[12] See the second book.")
    assert not is_boilerplate("[Enter] the house.")
