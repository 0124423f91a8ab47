"""The texts of configured benchmarks: every string of every format, and no silent omission."""

import json

import polars as pl
import pytest

from empathy_assets.adapters.benchmark_texts import BenchmarkTextError, benchmark_files, benchmark_texts

SAID = "the harbour light went round and nobody on the quay had spoken since noon"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": 1, "messages": [{"role": "user", "content": SAID}]}) + "\n\n", encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps([{"q": SAID, "n": 2}]), encoding="utf-8")
    (tmp_path / "c.csv").write_text(f'id,text\n1,"{SAID}"\n', encoding="utf-8")
    (tmp_path / "d.tsv").write_text(f"id\ttext\n1\t{SAID}\n", encoding="utf-8")
    pl.DataFrame({"x": [[{"said": SAID}]]}).write_parquet(tmp_path / "e.parquet")
    (tmp_path / "f.txt").write_text(SAID, encoding="utf-8")
    return tmp_path


def test_every_format_gives_its_strings(folder):
    found = benchmark_texts(str(folder))
    assert sorted(found.texts) == ["a.jsonl", "b.json", "c.csv", "d.tsv", "e.parquet", "f.txt"]
    assert all(SAID in texts for texts in found.texts.values())


def test_paths_and_patterns_are_separated_by_commas_and_the_hash_follows_the_bytes(folder):
    assert [f.name for f in benchmark_files(f"{folder}/*.json*, {folder}/f.txt")] == ["a.jsonl", "b.json", "f.txt"]
    before = benchmark_texts(f"{folder}/f.txt").sha256
    (folder / "f.txt").write_text(SAID + ".", encoding="utf-8")
    assert benchmark_texts(f"{folder}/f.txt").sha256 != before


def test_nothing_configured_is_nothing():
    assert benchmark_texts("").texts == {}
    assert benchmark_texts("").sha256 == ""


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.jsonl", "{broken", "cannot be read"),
        ("a.parquet", "no table", "cannot be read"),
        ("a.jsonl", '{"n": 1}\n', "holds no text"),
    ],
)
def test_a_benchmark_that_cannot_be_used_is_refused_with_its_name(tmp_path, name, content, complaint):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(BenchmarkTextError, match=rf"{name}.*{complaint}"):
        benchmark_texts(str(tmp_path / name))


def test_a_path_without_a_file_is_refused(tmp_path):
    with pytest.raises(BenchmarkTextError, match="no file lies"):
        benchmark_texts(f"{tmp_path}/*.jsonl")
