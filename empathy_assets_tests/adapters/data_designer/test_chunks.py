"""Chunks: one kind at a time, kept under everything their text depends on."""

from pathlib import Path

import polars as pl
import pytest

from empathy_assets.adapters.data_designer import chunks
from empathy_assets.adapters.data_designer.chunks import KeptChunk, Material, chunks_of, material_of
from empathy_assets.engines.generating.grammar.writing import write
from empathy_assets_tests.engines.generating.test_plan import passages, plan


def test_chunks_hold_one_kind_each_and_keep_the_order() -> None:
    rows = plan()
    parts = list(chunks_of(rows, 100))
    assert all(part["kind"].n_unique() == 1 and part.height <= 100 for part in parts)
    assert sorted(pl.concat(parts)["row_id"]) == sorted(rows["row_id"])


def test_what_is_kept_depends_on_rows_and_passages(tmp_path: Path) -> None:
    rows = plan().filter(pl.col("kind") == "grounded").head(4)
    material = material_of(rows, passages())
    frame = write(rows, passages())
    KeptChunk(rows, material, tmp_path).save(frame)
    kept = KeptChunk(rows, material, tmp_path).load()
    assert kept is not None
    assert kept.equals(frame)
    assert KeptChunk(rows.head(3), material, tmp_path).load() is None
    other = Material({i: p | {"text": p["text"] + " And so on."} for i, p in material.passages.items()}, {})
    assert KeptChunk(rows, other, tmp_path).load() is None


def test_a_damaged_file_is_as_good_as_none_and_no_rows_are_nothing(tmp_path: Path) -> None:
    rows = plan().head(2)
    KeptChunk(rows, Material({}, {}), tmp_path).save(write(rows, passages()))
    path = next(tmp_path.glob("*.parquet"))
    path.write_bytes(b"no")
    assert KeptChunk(rows, Material({}, {}), tmp_path).load() is None
    pl.DataFrame({"id": ["of another schema"]}).write_parquet(path)
    assert KeptChunk(rows, Material({}, {}), tmp_path).load() is None
    KeptChunk(rows.clear(), Material({}, {}), tmp_path / "empty").save(rows)
    assert KeptChunk(rows.clear(), Material({}, {}), tmp_path / "empty").load() is None
    assert not (tmp_path / "empty").exists()


def test_rows_that_are_dealt_as_before_are_found_in_an_earlier_state(tmp_path: Path) -> None:
    rows = plan().filter(pl.col("kind") == "grounded").head(6)
    material, frame = material_of(rows, passages()), write(rows, passages())
    KeptChunk(rows, material, tmp_path).save(frame)
    dealt = rows.with_columns(tone=pl.when(pl.int_range(6) == 2).then(pl.lit("another")).otherwise("tone"))
    again = KeptChunk(dealt, material, tmp_path)
    assert not again.exists()
    assert again.due() == 1
    assert again.spare().equals(frame.filter(pl.int_range(6) != 2))
    changed = {i: p | {"text": p["text"] + " And so on."} for i, p in material.passages.items() if i == rows["passage_id"][0]}
    other = KeptChunk(rows, Material({**material.passages, **changed}, {}), tmp_path)
    assert other.due() == rows.filter(pl.col("passage_id") == rows["passage_id"][0]).height > 0
    assert KeptChunk(rows, material, tmp_path).due() == 0


def test_an_earlier_state_that_is_damaged_holds_nothing(tmp_path: Path) -> None:
    rows = plan().head(3)
    KeptChunk(rows, Material({}, {}), tmp_path).save(write(rows, passages()))
    next(tmp_path.glob("*.parquet")).write_bytes(b"no")
    assert KeptChunk(rows.with_columns(tone=pl.lit("another")), Material({}, {}), tmp_path).spare().is_empty()


def test_how_many_rows_are_due_is_told_without_reading_conversations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = plan().filter(pl.col("kind") == "grounded").head(6)
    material = material_of(rows, passages())
    states = [rows, *(rows.with_columns(row_seed=pl.col("row_seed") + (pl.int_range(6) < n).cast(pl.Int64)) for n in (2, 4))]
    for state in states[:2]:
        KeptChunk(state, material, tmp_path).save(write(state, passages()))
    monkeypatch.setattr(chunks, "_conversations", None)
    assert [KeptChunk(state, material, tmp_path).due() for state in states] == [0, 0, 2]


def test_a_chunk_of_many_rows_is_put_together_from_several_states(tmp_path: Path) -> None:
    rows = plan().filter(pl.col("kind") == "grounded").head(6)
    material, halves = material_of(rows, passages()), pl.int_range(6) < 3
    states = [rows.with_columns(row_seed=pl.col("row_seed") + which.cast(pl.Int64)) for which in (halves, ~halves)]
    for state in states:
        KeptChunk(state, material, tmp_path).save(write(state, passages()))
    chunk = KeptChunk(rows, material, tmp_path)
    assert chunk.due() == 0
    assert sorted(chunk.spare()["id"]) == sorted(write(rows, passages())["id"])
