"""Chunks: one kind at a time, kept under everything their text depends on."""

from pathlib import Path

import polars as pl

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
