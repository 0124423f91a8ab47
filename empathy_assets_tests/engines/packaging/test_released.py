"""The rows of the record catalogue: one per published conversation, read from no bytes but the manifest's."""

import json
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from empathy_assets.engines.packaging.package import write_package
from empathy_assets.engines.packaging.released import READ, released_records
from empathy_assets.engines.packaging.verify import UnreadablePackageError, read_manifest, read_records
from empathy_assets_tests.engines.packaging.samples import built, context


@pytest.fixture
def package(tmp_path: Path) -> Path:
    write_package(*built(), tmp_path / "package", context())
    return tmp_path / "package"


def test_every_conversation_has_one_row_that_says_where_it_stands(package: Path) -> None:
    rows = released_records(package, read_manifest(package))
    assert rows["id"].to_list() == read_records(package)["id"].to_list()
    for row in rows.iter_rows(named=True):
        line = (package / f"{row['split']}.jsonl").read_text(encoding="utf-8").splitlines()[row["line"] - 1]
        meta = json.loads(line)["metadata"]
        assert (meta["id"], meta["stage"], meta["licence"], meta["source"]) == (row["id"], row["stage"], row["licence"], row["source"])
        assert (meta["provenance"]["file"], meta["labels"]["kind"]) == (row["file"], row["kind"])
        assert (meta["scores"]["ears"], ",".join(meta["exempt_from"])) == (row["ears"], row["exempt_from"])


def test_the_decision_is_the_ledgers(package: Path) -> None:
    ledger = pl.read_parquet(package / "verdicts.parquet")
    passed = Counter(ledger.filter(pl.col("passed"), pl.col("gate") != "composition")["id"])
    for row in released_records(package, read_manifest(package)).iter_rows(named=True):
        assert row["gates"] == passed[row["id"]]
        assert row["decision"].startswith("admitted: rank ")


@pytest.mark.parametrize("name", READ)
def test_other_bytes_than_the_manifests_are_refused(package: Path, name: str) -> None:
    manifest = read_manifest(package)
    data = bytearray((package / name).read_bytes())
    data[len(data) // 2] ^= 1
    (package / name).write_bytes(bytes(data))
    with pytest.raises(UnreadablePackageError, match=rf"{name}: SHA-256 .*empathy verify"):
        released_records(package, manifest)
    (package / name).unlink()
    with pytest.raises(UnreadablePackageError, match=f"{name}: missing"):
        released_records(package, manifest)


def test_tables_that_hold_something_else_are_named(package: Path) -> None:
    pl.DataFrame({"unlike": [1]}).write_parquet(package / "val.parquet")
    manifest = read_manifest(package)
    without_hashes = manifest.model_copy(update={"files": []})
    with pytest.raises(UnreadablePackageError, match=r"holds no conversations \(.*metadata"):
        released_records(package, without_hashes)
