"""Tests of the published package of a build."""

import json
from pathlib import Path

import polars as pl

from empathy_assets.engines.packaging.verify import verify_package
from empathy_assets_tests.conftest import Built


def package(built: Built) -> Path:
    return Path(built.settings.storage) / "releases" / "next"


def test_the_package_is_whole(built: Built) -> None:
    assert verify_package(package(built)) == []


def test_a_changed_byte_is_found(built: Built, tmp_path: Path) -> None:
    for file in package(built).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    target = tmp_path / "train.jsonl"
    target.write_bytes(target.read_bytes().replace(b"the", b"teh", 1))
    assert any("train.jsonl" in problem for problem in verify_package(tmp_path))


def test_records_are_chat_messages_with_their_origin(built: Built) -> None:
    lines = (package(built) / "train.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert len(records) == 210
    assert {turn["role"] for record in records for turn in record["messages"]} <= {"system", "user", "assistant"}
    anchored = [r["metadata"]["provenance"] for r in records if r["metadata"]["provenance"]["unit"] in ("page", "second")]
    assert anchored
    assert all(p["file"] and len(p["file_sha256"]) == 64 and p["anchor"] for p in anchored)


def test_jsonl_and_parquet_hold_the_same_records(built: Built) -> None:
    for split in ("train", "val", "test"):
        ids = [json.loads(line)["metadata"]["id"] for line in (package(built) / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()]
        assert pl.read_parquet(package(built) / f"{split}.parquet")["metadata"].struct.field("id").to_list() == ids


def test_config_lock_and_certificate_name_what_made_the_release(built: Built) -> None:
    lock = json.loads((package(built) / "config_lock.json").read_text())
    certificate = json.loads((package(built) / "certificate.json").read_text())
    assert lock["identities"]["crisis_detector"] == certificate["detector_version"]
    assert len(lock["policy_sha256"]) == 64
    assert (package(built) / "qa_report.html").read_text(encoding="utf-8").startswith("<!")


def test_the_table_lists_the_files_of_the_manifest(built: Built) -> None:
    manifest = json.loads((package(built) / "manifest.json").read_text())
    assert built.table("ready_package", "next")["file"].to_list() == [f["name"] for f in manifest["files"]]
