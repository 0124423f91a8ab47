"""Tests of the checks of the published package: a tampered or missing file stops the graph, in the archive too."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from empathy_assets.adapters.packages import archive_package, package_files
from empathy_assets.adapters.releases import find_package
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.defs.release.checks import ready_package_checks
from empathy_assets.defs.resources import workspace_of
from empathy_assets_tests.adapters.packed import publish
from empathy_assets_tests.engines.packaging.samples import built

RELEASE = "v0.1.0"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(storage=str(tmp_path / "data"))


def verdicts(settings: Settings, files: pl.DataFrame, rows: pl.DataFrame) -> dict[str, dg.AssetCheckEvaluation]:
    """What the checks say about the package on the storage root, given the tables of `ready_package` and `split`."""

    @dg.asset(partitions_def=release_partitions)
    def split() -> pl.DataFrame:
        return rows

    @dg.asset(partitions_def=release_partitions)
    def ready_package() -> pl.DataFrame:
        return files

    job = dg.Definitions(
        assets=[split, ready_package],
        asset_checks=[ready_package_checks],
        resources={"workspace": workspace_of(settings), "io_manager": dg.mem_io_manager},
        executor=dg.in_process_executor,
    ).resolve_implicit_global_asset_job_def()
    run = job.execute_in_process(partition_key=RELEASE, raise_on_error=False)
    found = {check.check_name: check for check in run.get_asset_check_evaluations()}
    assert run.success is all(check.passed for check in found.values())
    return found


@pytest.mark.parametrize("archived", [False, True])
def test_a_whole_package_passes_wherever_it_lies(settings: Settings, tmp_path: Path, archived: bool) -> None:
    root = storage_root(settings.storage)
    manifest, _ = publish(root, RELEASE, tmp_path)
    if archived:
        archive_package(root, RELEASE)
    found = verdicts(settings, package_files(manifest), built()[0])
    assert {name: check.passed for name, check in found.items()} == {"verified": True, "rows": True}


@pytest.mark.parametrize("name", ["train.jsonl", "test.parquet", "certificate.json", "qa_report.html", "config_lock.json"])
def test_a_tampered_file_is_refused_by_name(settings: Settings, tmp_path: Path, name: str) -> None:
    root = storage_root(settings.storage)
    manifest, _ = publish(root, RELEASE, tmp_path)
    path = find_package(root, RELEASE) / name
    path.write_bytes(path.read_bytes()[:-2] + b"\n\n")
    found = verdicts(settings, package_files(manifest), built()[0])["verified"]
    assert not found.passed
    assert found.description is not None
    assert found.description.startswith(f"{name}: SHA-256")
    assert len(str(found.metadata["problems"].value).splitlines()) == found.metadata["value"].value


def test_a_lost_record_is_found(settings: Settings, tmp_path: Path) -> None:
    manifest, _ = publish(storage_root(settings.storage), RELEASE, tmp_path)
    rows = built()[0]
    found = verdicts(settings, package_files(manifest), pl.concat([rows, rows.head(1)]))["rows"]
    assert (found.passed, found.description) == (False, "40 conversations packed of 41 split")


def test_a_package_that_passed_is_refused_once_it_is_changed(settings: Settings, tmp_path: Path) -> None:
    root = storage_root(settings.storage)
    manifest, _ = publish(root, RELEASE, tmp_path)
    rows = built()[0]
    assert verdicts(settings, package_files(manifest), rows)["verified"].passed
    assert verdicts(settings, package_files(manifest), rows)["verified"].passed
    path = find_package(root, RELEASE) / "val.jsonl"
    path.write_bytes(path.read_bytes().replace(b"user", b"USER", 1))
    assert not verdicts(settings, package_files(manifest), rows)["verified"].passed
