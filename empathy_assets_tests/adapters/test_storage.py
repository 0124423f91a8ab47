"""Tests of the storage root, locally and on a real S3 server."""

from pathlib import Path

import pytest
from upath import UPath

from empathy_assets.adapters.storage import atomic_file, finish_swap, is_local, local, publish_folder, storage_root, write_bytes
from empathy_assets.records.ids import file_sha256


@pytest.fixture(params=["local", "s3"])
def root_uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "root") if request.param == "local" else request.getfixturevalue("s3_bucket")


def test_bytes_come_back_as_they_were_written(root_uri: str) -> None:
    target = storage_root(root_uri) / "books" / "data.parquet"
    write_bytes(target, b"first")
    write_bytes(target, b"second")
    assert target.read_bytes() == b"second"
    # pragma: allowlist nextline secret - a SHA-256
    assert file_sha256(target) == "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4"


def test_a_failed_write_leaves_the_old_file_and_no_scratch(tmp_path: Path) -> None:
    target = storage_root(str(tmp_path)) / "table.parquet"
    write_bytes(target, b"old")
    with pytest.raises(RuntimeError, match="power cut"), atomic_file(target) as scratch:
        scratch.write_bytes(b"half")
        raise RuntimeError("power cut")
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["table.parquet"]


def _package(folder: Path, names: list[str]) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_text(name)
    return folder


def test_a_published_folder_replaces_the_old_one_whole(root_uri: str, tmp_path: Path) -> None:
    target = storage_root(root_uri) / "releases" / "next"
    publish_folder(_package(tmp_path / "one", ["manifest.json", "train.jsonl", "extra.csv"]), target, marker="manifest.json")
    publish_folder(_package(tmp_path / "two", ["manifest.json", "train.jsonl"]), target, marker="manifest.json")
    assert sorted(p.name for p in target.iterdir()) == ["manifest.json", "train.jsonl"]
    assert not (tmp_path / "two").exists()


def test_only_a_local_path_is_a_path(tmp_path: Path, s3_bucket: str) -> None:
    assert local(storage_root(str(tmp_path))) == tmp_path
    assert not is_local(storage_root(s3_bucket))
    with pytest.raises(ValueError, match="expected a folder on this machine"):
        local(storage_root(s3_bucket))


@pytest.mark.parametrize("placed", [False, True])
def test_a_publication_killed_between_its_renames_leaves_the_old_folder_or_the_new_one(placed: bool, tmp_path: Path) -> None:
    target = UPath(tmp_path / "releases" / "next")
    former = tmp_path / "releases" / ".next.old"
    former.mkdir(parents=True)
    (former / "manifest.json").write_text("old")
    if placed:
        (tmp_path / "releases/next").mkdir()
        (tmp_path / "releases/next/manifest.json").write_text("new")
    assert finish_swap(target)
    assert (target / "manifest.json").read_text() == ("new" if placed else "old")
    assert not former.exists()
    assert not finish_swap(target)
    assert not finish_swap(UPath("s3://bucket/next"))
