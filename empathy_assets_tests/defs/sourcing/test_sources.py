"""Tests of the four sources on the bundled samples."""

import polars as pl
import pytest

from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.adapters.storage import storage_root
from empathy_assets_tests.conftest import Built


@pytest.mark.parametrize(
    ("source", "unit"), [("books", {"page", "paragraph"}), ("transcripts", {"second"}), ("academic_findings", {"paragraph"})]
)
def test_passages_are_anchored_and_licensed(built: Built, source: str, unit: set[str]) -> None:
    rows = built.table(source)
    provenance = rows.unnest("provenance")
    assert rows.height > 5
    assert set(provenance["unit"]) <= unit
    assert (provenance["anchor"] != "").all()
    assert provenance["file_sha256"].str.len_chars().eq(64).all()
    assert (rows["licence"] != "").all()
    assert (provenance["end"] >= provenance["start"]).all()


def test_the_pdf_is_anchored_by_page_and_the_epub_by_chapter(built: Built) -> None:
    rows = built.table("books").unnest("provenance")
    pages = rows.filter(pl.col("file").str.ends_with(".pdf"))
    assert set(pages["unit"]) == {"page"}
    assert pages["start"].max() > 3
    chapters = rows.filter(pl.col("file").str.ends_with(".epub"))["chapter"]
    assert chapters.n_unique() > 3


def test_two_voices_were_landed(built: Built) -> None:
    assert set(built.table("transcripts")["voice"]) == {"ember-hearth", "wayfarer-balanced"}


def test_dialogues_of_every_shape_were_read_and_the_broken_file_is_in_quarantine(built: Built) -> None:
    rows = built.table("conversation_corpora").unnest("provenance")
    assert {name.rsplit(".", 1)[-1] for name in rows["file"]} == {"json", "csv"}
    rejects = Quarantine(storage_root(built.settings.storage)).read("conversation_corpora")
    assert rejects.height == 1
    assert rejects["remedy"][0]


def test_figures_of_the_read_are_metadata(built: Built) -> None:
    metadata = built.result.metadata["books"]
    assert metadata["files"] == metadata["files_read"] + metadata["files_cached"]
    assert "rejects_by_reason" in metadata
