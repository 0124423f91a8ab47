"""Tests of publishing, fetching and archiving packages, on a local folder and on S3."""

from pathlib import Path

import pytest
from upath import UPath

from empathy_assets.adapters.packages import ArchiveError, archive_package, locate, package_files, published_records
from empathy_assets.adapters.releases import MARKER, ReleaseFrozenError, archive_path, find_package, package_path, published_manifest
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import fetched, storage_root
from empathy_assets.engines.packaging.verify import verify_package
from empathy_assets_tests.adapters.packed import publish


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> UPath:
    return storage_root(str(tmp_path / "root") if request.param == "local" else request.getfixturevalue("s3_bucket"))


def test_the_same_bytes_are_a_no_op_and_others_are_refused_with_the_next_version(root: UPath, tmp_path: Path) -> None:
    first, changed = publish(root, "v0.1.0", tmp_path)
    assert changed
    assert publish(root, "v0.1.0", tmp_path) == (first, False)
    with pytest.raises(ReleaseFrozenError, match=r"--release v0\.1\.1"):  # the same records, another commit
        publish(root, "v0.1.0", tmp_path, git_commit="another")
    assert published_manifest(root, "v0.1.0") == first
    assert not list(tmp_path.glob("package-*"))
    with fetched(find_package(root, "v0.1.0")) as folder:
        assert verify_package(folder) == []


def test_a_rolling_release_is_replaced_whole(root: UPath, tmp_path: Path) -> None:
    publish(root, "next", tmp_path, exports=("csv",))
    second, changed = publish(root, "next", tmp_path)
    assert changed
    assert {path.name for path in package_path(root, "next").iterdir()} == {MARKER, *(file.name for file in second.files)}


def test_an_archived_release_moves_whole_and_stays_final(root: UPath, tmp_path: Path) -> None:
    first, _ = publish(root, "v0.1.0", tmp_path)
    there = archive_package(root, "v0.1.0")
    assert there == archive_path(root, "v0.1.0") == find_package(root, "v0.1.0")
    assert not (package_path(root, "v0.1.0") / "train.jsonl").exists()
    assert archive_package(root, "v0.1.0") == there
    with fetched(there) as folder:
        assert verify_package(folder) == []
    assert publish(root, "v0.1.0", tmp_path) == (first, False)
    with pytest.raises(ReleaseFrozenError):
        publish(root, "v0.1.0", tmp_path, git_commit="another")


def test_published_records_are_read_back_wherever_the_release_lies(root: UPath, tmp_path: Path) -> None:
    manifest, _ = publish(root, "v0.1.0", tmp_path)
    before = published_records(root, ["v0.1.0"])
    assert before.height == manifest.rows
    assert before["release"].unique().to_list() == ["v0.1.0"]
    assert all(turn["role"] in ("user", "assistant") and turn["content"] for turns in before["turns"].to_list() for turn in turns)
    archive_package(root, "v0.1.0")
    assert published_records(root, ["v0.1.0"]).equals(before)
    assert published_records(root, []).schema == before.schema
    with pytest.raises(FileNotFoundError, match=r"v0\.2\.0 is not published"):
        published_records(root, ["v0.2.0"])


def test_what_cannot_be_archived_is_said(root: UPath, tmp_path: Path) -> None:
    publish(root, "next", tmp_path)
    with pytest.raises(ArchiveError, match="never archived"):
        archive_package(root, "next")
    with pytest.raises(ArchiveError, match=r"v0\.9\.0 is not published .* holds \['next'\]"):
        archive_package(root, "v0.9.0")


def test_a_damaged_package_is_not_removed_after_a_copy_that_does_not_hold(s3_bucket: str, tmp_path: Path) -> None:
    root = storage_root(s3_bucket)
    publish(root, "v0.1.0", tmp_path)
    (package_path(root, "v0.1.0") / "val.jsonl").write_bytes(b"{}\n")
    with pytest.raises(ArchiveError, match=r"val\.jsonl: 3 bytes"):
        archive_package(root, "v0.1.0")
    assert find_package(root, "v0.1.0") == package_path(root, "v0.1.0")
    assert (package_path(root, "v0.1.0") / "train.jsonl").exists()


def test_an_interrupted_move_is_finished_by_the_next(s3_bucket: str, tmp_path: Path) -> None:
    root = storage_root(s3_bucket)
    publish(root, "v0.1.0", tmp_path)
    source = package_path(root, "v0.1.0")
    kept = (source / "train.jsonl").read_bytes()
    archive_package(root, "v0.1.0")
    (source / "train.jsonl").write_bytes(kept)  # as if the removal had stopped before it
    archive_package(root, "v0.1.0")
    assert not (source / "train.jsonl").exists()
    assert (archive_path(root, "v0.1.0") / "train.jsonl").read_bytes() == kept


def test_a_package_is_named_by_folder_uri_or_key(root: UPath, tmp_path: Path) -> None:
    publish(root, "v0.1.0", tmp_path)
    settings = Settings(storage=str(root))
    assert locate("v0.1.0", settings) == locate(str(package_path(root, "v0.1.0")), settings) == package_path(root, "v0.1.0")
    with pytest.raises(FileNotFoundError, match=r"holds \['v0\.1\.0'\]"):
        locate("v0.2.0", settings)
    with pytest.raises(FileNotFoundError, match="no package at"):
        locate(str(root / "nowhere"), settings)


def test_the_files_of_a_package_are_a_table(tmp_path: Path) -> None:
    manifest, _ = publish(UPath(tmp_path / "root"), "v0.1.0", tmp_path)
    rows = package_files(manifest)
    assert rows.columns == ["name", "bytes", "sha256", "rows"]
    assert rows.filter(name="train.jsonl")["rows"].to_list() == [28]
    assert rows.filter(name="README.md")["rows"].to_list() == [None]
