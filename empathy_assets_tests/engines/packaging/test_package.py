"""Writing a package: its files, their content, and that the same release gives the same bytes."""

import hashlib
import json

import polars as pl
import pytest

from empathy_assets.engines.packaging.errors import PackageRefusedError
from empathy_assets.engines.packaging.package import write_package
from empathy_assets.engines.packaging.verify import verify_package
from empathy_assets_tests.engines.packaging.samples import built, context


def test_a_package_holds_every_file_and_the_manifest_tells_the_truth(tmp_path):
    release, ledger = built()
    manifest = write_package(release, ledger, tmp_path / "p", context())
    names = {path.name for path in (tmp_path / "p").iterdir()}
    assert names == {
        *(f"{split}.{kind}" for split in ("train", "val", "test") for kind in ("jsonl", "parquet")),
        *("verdicts.parquet", "config_lock.json", "certificate.json", "qa_report.json", "qa_report.html", "README.md", "manifest.json"),
    }
    assert manifest.splits == {"train": 28, "val": 6, "test": 6}
    assert manifest.mix == {"foundation": 16, "expertise": 10, "nightmare-fuel": 8, "persona": 6}
    assert (manifest.rows, manifest.exempt, sum(manifest.licences.values())) == (40, 8, 40)
    for file in manifest.files:
        data = (tmp_path / "p" / file.name).read_bytes()
        assert (file.bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert verify_package(tmp_path / "p") == []


def test_a_line_is_a_chat_with_its_metadata(tmp_path):
    release, ledger = built()
    write_package(release, ledger, tmp_path / "p", context())
    rows = [json.loads(line) for line in (tmp_path / "p" / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 28
    assert [set(row) for row in rows] == [{"messages", "metadata"}] * 28
    assert [m["role"] for m in rows[0]["messages"]] == ["user", "assistant"] * 2
    meta = rows[0]["metadata"]
    assert meta["split"] == "train"
    assert {"id", "stage", "source", "licence", "provenance", "labels", "scores", "exempt_from", "cluster_id"} <= set(meta)
    assert {"file", "file_sha256", "unit", "start", "end", "anchor", "record_id", "title"} <= set(meta["provenance"])
    table = pl.read_parquet(tmp_path / "p" / "train.parquet")
    assert table["metadata"].struct.field("id").to_list() == [row["metadata"]["id"] for row in rows]


def test_the_same_release_in_another_order_gives_identical_bytes(tmp_path):
    release, ledger = built()
    exports = ("csv", "json-ld", "webdataset")
    first = write_package(release, ledger, tmp_path / "a", context(exports=exports))
    second = write_package(release.reverse(), ledger.sample(fraction=1, shuffle=True, seed=3), tmp_path / "b", context(exports=exports))
    assert first == second
    assert (tmp_path / "a" / "manifest.json").read_bytes() == (tmp_path / "b" / "manifest.json").read_bytes()


def test_the_report_stands_alone_and_speaks_of_every_concern(tmp_path):
    release, ledger = built()
    write_package(release, ledger, tmp_path / "p", context())
    html = (tmp_path / "p" / "qa_report.html").read_text(encoding="utf-8")
    for title in ("Composition", "Quality", "Safety", "Privacy", "Bias", "Splits", "Yield", "Licences", "Drift", "Thresholds"):
        assert f"<h2>{title}" in html
    assert html.count("<svg") == 10  # one more, drift, needs an earlier release
    assert "<script" not in html
    assert 'src="http' not in html
    assert "ears-below-threshold" in html


def test_the_lock_names_what_it_was_built_with(tmp_path):
    release, ledger = built()
    write_package(release, ledger, tmp_path / "p", context(identities={"bank": "b1"}))
    lock = json.loads((tmp_path / "p" / "config_lock.json").read_text())
    assert (lock["git_commit"], lock["seeds"], lock["identities"]) == ("abc", {"plan": 7}, {"bank": "b1"})


def test_a_folder_with_files_is_not_written_over(tmp_path):
    (tmp_path / "old.txt").write_text("x")
    release, ledger = built()
    with pytest.raises(PackageRefusedError, match="an empty folder"):
        write_package(release, ledger, tmp_path, context())
    assert [path.name for path in tmp_path.iterdir()] == ["old.txt"]


def test_a_refused_release_leaves_nothing_behind(tmp_path):
    release, ledger = built()
    with pytest.raises(PackageRefusedError):
        write_package(release, ledger, tmp_path / "p", context(certificate=None))
    assert not (tmp_path / "p").exists()
