"""Tests of the published package: of a build, and of the asset called with small tables."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from empathy_assets.adapters.record_catalogue import find, load_all
from empathy_assets.adapters.releases import ReleaseFrozenError
from empathy_assets.adapters.settings import Settings
from empathy_assets.defs.release.ready_package import ready_package
from empathy_assets.defs.resources import workspace_of
from empathy_assets.engines.packaging.errors import CertificateMissingError, SplitLeakError
from empathy_assets.engines.packaging.verify import verify_package
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.judge import Judge
from empathy_assets.records.plan import PlanRow
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.engines.packaging.samples import CERTIFICATE
from empathy_assets_tests.engines.packaging.samples import built as small


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


def test_every_conversation_of_the_package_is_in_the_catalogue(built: Built) -> None:
    catalogue = workspace_of(built.settings).catalogue
    load_all(catalogue)  # what was built is a copy here, under another root than it was entered for
    found = find(catalogue)
    assert built.result.metadata["ready_package"]["catalogued"] == found.height == 300
    lines = {split: (package(built) / f"{split}.jsonl").read_text(encoding="utf-8").splitlines() for split in ("train", "val", "test")}
    for row in found.iter_rows(named=True):
        meta = json.loads(lines[row["split"]][row["line"] - 1])["metadata"]
        assert (meta["id"], meta["stage"], meta["provenance"]["file"]) == (row["id"], row["stage"], row["file"])


def test_config_lock_and_certificate_name_what_made_the_release(built: Built) -> None:
    lock = json.loads((package(built) / "config_lock.json").read_text())
    certificate = json.loads((package(built) / "certificate.json").read_text())
    assert lock["identities"]["crisis_detector"] == certificate["detector_version"]
    assert {"prompts", "banks", "writer", "ears_scorer", "crisis_detector_weights"} <= set(lock["identities"])
    assert set(lock["gates"]) >= {"ears", "pii", "crisis", "composition"}
    assert all(versions for versions in lock["gates"].values())
    assert (lock["target"], lock["seeds"], lock["exports"]) == (300, {"generation_plan": built.settings.seed}, [])
    assert all(len(lock[name]) == 64 for name in ("policy_sha256", "lock_sha256"))
    assert (package(built) / "qa_report.html").read_text(encoding="utf-8").startswith("<!")


def test_the_table_lists_the_files_of_the_manifest(built: Built) -> None:
    manifest = json.loads((package(built) / "manifest.json").read_text())
    assert built.table("ready_package", "next")["name"].to_list() == [f["name"] for f in manifest["files"]]


def judge(name: str, certificate: dict[str, Any] | None = None) -> pl.DataFrame:
    text = json.dumps(certificate) if certificate else ""
    return to_frame([Judge(name=name, version=f"{name}-1", weights_sha256="b" * 64, threshold=0.5, certificate=text, passed=True)], Judge)


def tables(**changes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """What the asset reads: a release of forty, its ledger, a plan and two judges."""
    split, verdicts = small()
    row = PlanRow(row_id="bias-1", row_seed=1, kind="bias", stage="foundation", asset="bias_samples", backend="embedded", n_turns=4)
    good = {
        "split": split,
        "verdicts": verdicts,
        "generation_plan": to_frame([row], PlanRow),
        "crisis_detector": judge("crisis_detector", CERTIFICATE),
        "ears_scorer": judge("ears_scorer"),
    }
    return good | changes


def make(settings: Settings, release: str, **changes: pl.DataFrame) -> dict[str, Any]:
    """Call the asset; return its metadata."""
    context = dg.build_asset_context(partition_key=release)
    result: Any = ready_package(context, workspace=workspace_of(settings), **tables(**changes))
    return dict(result.metadata)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(storage=str(tmp_path / "data"), scale=0.0007)


def read(settings: Settings, release: str, name: str) -> dict[str, Any]:
    return json.loads((Path(settings.storage) / "releases" / release / name).read_text())


def other_words(split: pl.DataFrame) -> pl.DataFrame:
    """The release with one licence less: another release in its bytes."""
    return split.with_columns(pl.lit("CC0-1.0").alias("licence"))


def test_the_same_inputs_are_a_no_op_and_one_row_of_the_catalogue(settings: Settings) -> None:
    assert make(settings, "v0.1.0")["changed"]
    again = make(elsewhere(settings), "v0.1.0")
    assert not again["changed"]
    (row,) = workspace_of(settings).catalogue.rows()
    assert (row["release"], row["merkle_root"], row["rows"]) == ("v0.1.0", again["merkle_root"], 40)


def elsewhere(settings: Settings) -> Settings:
    """The settings of another machine, which shares nothing but the storage root."""
    return settings.model_copy(update={"cache": str(Path(settings.storage).parent / "another-cache")})


def test_other_records_are_refused_for_a_final_release_and_roll_next(settings: Settings) -> None:
    for release in ("v0.1.0", "next"):
        make(settings, release)
    other = {"split": other_words(tables()["split"])}
    with pytest.raises(ReleaseFrozenError, match=r"empathy build --release v0\.2\.0"):
        make(settings, "v0.1.0", **other)
    assert make(settings, "next", **other)["changed"]
    assert [row["replaced_at"] is None for row in workspace_of(settings).catalogue.rows() if row["release"] == "next"].count(False) == 1


def test_drift_is_reported_against_the_newest_final_release(settings: Settings) -> None:
    assert make(settings, "next")["drift_against"] == "none"
    make(settings, "v0.1.0")
    assert make(settings, "next", split=other_words(tables()["split"]))["drift_against"] == "v0.1.0"
    report = read(settings, "next", "qa_report.json")
    assert report["previous"] == "v0.1.0"
    assert {row["figure"]: row["shifted"] for row in report["drift"]}["licence"] is True
    assert read(settings, "next", "config_lock.json")["previous"]["release"] == "v0.1.0"
    assert make(settings, "v0.1.0")["changed"] is False


def test_the_report_tells_plan_shortfalls_and_leakage(settings: Settings) -> None:
    make(settings, "next")
    report = read(settings, "next", "qa_report.json")
    assert report["plan"] == [{"kind": "bias", "planned": 1, "released": 0}]
    assert [row["name"] for row in report["shortfalls"]] == ["bias"]
    assert report["split"]["leakage"].startswith("no tie across splits by identity and likeness")


def test_exports_come_from_the_settings(settings: Settings) -> None:
    asked = Settings.model_validate(settings.model_dump() | {"exports": "webdataset, csv,json-ld"})
    make(asked, "next")
    names = {path.name for path in (Path(settings.storage) / "releases" / "next").iterdir()}
    assert {f"{split}.{kind}" for split in ("train", "val", "test") for kind in ("csv", "jsonld", "tar")} <= names
    assert read(settings, "next", "config_lock.json")["exports"] == ["csv", "json-ld", "webdataset"]


def test_what_must_not_go_out_is_refused_and_nothing_is_published(settings: Settings) -> None:
    with pytest.raises(CertificateMissingError):
        make(settings, "next", crisis_detector=judge("crisis_detector"))
    with pytest.raises(SplitLeakError):
        make(settings, "next", split=tables()["split"].with_columns(pl.lit("k").alias("cluster_id")))
    assert not (Path(settings.storage) / "releases" / "next").exists()
    assert workspace_of(settings).catalogue.rows() == []
