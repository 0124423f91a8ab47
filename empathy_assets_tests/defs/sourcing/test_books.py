"""Tests of the `books` asset on the bundled samples."""

import polars as pl

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_anchored


def test_passages_are_anchored_and_licensed(built: Built) -> None:
    assert_anchored(built.table("books"), {"page", "paragraph"})


def test_the_pdf_is_anchored_by_page_and_the_epub_by_chapter(built: Built) -> None:
    rows = built.table("books").unnest("provenance")
    pages = rows.filter(pl.col("file").str.ends_with(".pdf"))
    assert set(pages["unit"]) == {"page"}
    assert pages["start"].max() > 3
    assert rows.filter(pl.col("file").str.ends_with(".epub"))["chapter"].n_unique() > 3


def test_titles_and_authors_are_the_books_own(built: Built) -> None:
    rows = built.table("books").unnest("provenance")
    assert "The Long Night" in set(rows["title"])
    assert rows["authors"].list.len().min() >= 1


def test_figures_of_the_read_are_metadata(built: Built) -> None:
    metadata = built.result.metadata["books"]
    assert metadata["files"] == metadata["files_read"] + metadata["files_cached"] == 10
    assert "rejects_by_reason" in metadata
