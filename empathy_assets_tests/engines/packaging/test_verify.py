"""Verifying packages that were damaged in one way each."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from empathy_assets.engines.packaging import content, verify
from empathy_assets.engines.packaging.context import MANIFEST
from empathy_assets.engines.packaging.merkle import merkle_root
from empathy_assets.engines.packaging.package import as_json, write_package
from empathy_assets.engines.packaging.verify import _same_in_jsonl, read_manifest, read_records, verify_package
from empathy_assets.records.ids import file_sha256
from empathy_assets.records.package import PackageFile
from empathy_assets_tests.engines.packaging.samples import built, context


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "p"
    write_package(*built(), folder, context())
    return folder


@pytest.fixture
def package(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "p"))


def _resealed(folder, **changes):
    """Write a manifest that fits the files again, as a forger would."""
    manifest = read_manifest(folder)
    files = [
        PackageFile(name=f.name, bytes=(folder / f.name).stat().st_size, sha256=file_sha256(folder / f.name), rows=f.rows)
        for f in manifest.files
    ]
    root = merkle_root((f.name, f.sha256) for f in files)
    forged = manifest.model_copy(update={"files": files, "merkle_root": root} | changes)
    (folder / MANIFEST).write_text(as_json(forged.model_dump()))


def test_a_fresh_package_has_no_problems(package):
    assert verify_package(package) == []
    assert read_records(package).height == 40


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("train.jsonl", lambda data: data[:-50], "was cut or changed"),
        ("train.jsonl", lambda data: data.replace(b"evenings", b"mornings", 1), "the file was changed"),
        ("verdicts.parquet", lambda data: data[:-1] + b"x", "the file was changed"),
        ("certificate.json", lambda data: data.replace(b"true", b"True"), "the file was changed"),
        ("val.parquet", lambda _: b"nothing", "records cannot be read"),
        (MANIFEST, lambda _: b"{}", "not a manifest"),
        (MANIFEST, lambda data: data.replace(b'"merkle_root": "', b'"merkle_root": "f'), "Merkle root"),
    ],
)
def test_a_tampered_file_is_named(package, name, change, said):
    path = package / name
    path.write_bytes(change(path.read_bytes()))
    problems = verify_package(package)
    assert any(said in p for p in problems), problems
    assert any(name in p or "records" in p for p in problems)


def test_missing_and_stray_files_are_named(package):
    (package / "README.md").unlink()
    (package / "notes.txt").write_text("mine")
    assert verify_package(package) == ["notes.txt: not in the manifest", "README.md: missing; fetch the package again"]


def test_a_folder_without_a_manifest_is_no_package(tmp_path):
    assert verify_package(tmp_path)[0].startswith(f"{MANIFEST}: missing")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda meta: meta | {"split": "val"}, "splits"),
        (lambda meta: meta | {"exempt_from": ["content"], "stage": "persona"}, "exempt records outside the fence"),
        (lambda meta: meta | {"licence": ""}, "without an accepted licence"),
        (lambda meta: meta | {"stage": "persona", "exempt_from": []}, "'persona': 7"),
    ],
)
def test_a_forged_record_is_found_even_under_a_manifest_that_fits(package, change, said):
    path = package / "train.parquet"
    table = pl.read_parquet(path)
    rows = table.to_dicts()
    at = next(i for i, row in enumerate(rows) if row["metadata"]["stage"] == "foundation")
    rows[at]["metadata"] = change(rows[at]["metadata"])
    pl.DataFrame(rows, schema=table.schema).write_parquet(path)
    _resealed(package)
    problems = verify_package(package)
    assert any(said in p for p in problems), problems


def test_a_divided_dialogue_and_wrong_counts_are_found(package):
    train, val = (pl.read_parquet(package / f"{name}.parquet") for name in ("train", "val"))
    leaked = train.head(1).with_columns(pl.col("metadata").struct.with_fields(pl.lit("val").alias("split")))
    pl.concat([val, leaked]).write_parquet(package / "val.parquet")
    _resealed(package)
    problems = " / ".join(verify_package(package))
    assert "41 conversations, manifest says 40" in problems
    assert "ties across splits" in problems
    assert "in train" in problems
    assert "in val" in problems


def test_a_reworded_copy_in_another_split_is_found_though_every_identity_is_its_own(package):
    train, val = (pl.read_parquet(package / f"{name}.parquet").to_dicts() for name in ("train", "val"))
    words = [f"word{n}" for n in range(120)]
    for place, rows in enumerate((train, val)):
        rows[0]["messages"][0]["content"] = " ".join([*words, f"other{place}"])
    for name, rows in (("train", train), ("val", val)):
        pl.DataFrame(rows, schema=pl.read_parquet_schema(package / f"{name}.parquet")).write_parquet(package / f"{name}.parquet")
    _resealed(package)
    problems = verify_package(package)
    assert any("worst: near-duplicate" in p for p in problems), problems


def test_a_forged_line_is_found_even_under_a_manifest_that_fits(package):
    path = package / "train.jsonl"
    path.write_bytes(path.read_bytes().replace(b"evenings", b"mornings", 1))
    _resealed(package)
    assert verify_package(package) == ["train.jsonl: other records than train.parquet"]


def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which splits' lines are compared with their table."""
    noted: list[str] = []

    def same(folder, split, table):
        noted.append(split)
        return _same_in_jsonl(folder, split, table)

    monkeypatch.setattr(verify, "_same_in_jsonl", same)
    return noted


def test_lines_that_this_process_wrote_of_the_same_records_are_not_made_again(package, monkeypatch):
    noted = compared(monkeypatch)
    assert verify_package(package) == []
    assert noted == []
    monkeypatch.setattr(content, "_LINES", {})  # as in another process
    assert verify_package(package) == []
    assert noted == ["train", "val", "test"]


def test_lines_that_this_process_wrote_of_other_records_are_compared(package, monkeypatch):
    noted = compared(monkeypatch)
    path = package / "val.parquet"
    table = pl.read_parquet(path)
    rows = table.to_dicts()
    rows[0]["messages"][1]["content"] += " Take your time."
    pl.DataFrame(rows, schema=table.schema).write_parquet(path)
    _resealed(package)
    assert verify_package(package) == ["val.jsonl: other records than val.parquet"]
    assert noted == ["val"]


def test_lines_of_a_package_with_a_changed_file_are_all_compared(package, monkeypatch):
    noted = compared(monkeypatch)
    path = package / "train.jsonl"
    path.write_bytes(path.read_bytes().replace(b"evenings", b"mornings", 1))
    found = verify_package(package)
    assert "train.jsonl: other records than train.parquet" in found
    assert noted == ["train", "val", "test"]


@pytest.mark.parametrize(
    ("change", "said"),
    [({"passed": False}, "a certificate that failed"), ({"detector_version": "detector-0"}, "certificate of 'detector-0'")],
)
def test_a_forged_certificate_is_found_even_under_a_manifest_that_fits(package, change, said):
    path = package / "certificate.json"
    path.write_text(as_json(json.loads(path.read_text()) | change))
    _resealed(package)
    problems = verify_package(package)
    assert len(problems) == 1
    assert said in problems[0]


def test_records_the_ledger_never_admitted_are_found(package):
    path = package / "verdicts.parquet"
    pl.read_parquet(path).filter(pl.col("gate") != "composition").write_parquet(path)
    _resealed(package)
    assert any("without an `admitted` verdict" in p for p in verify_package(package))


def test_a_package_of_an_older_schema_is_whole_if_its_manifest_says_so(package):
    for split in ("train", "val", "test"):
        table = pl.read_parquet(package / f"{split}.parquet")
        older = table.with_columns(pl.col("metadata").struct.with_fields(pl.lit("0").alias("schema_version")))
        older.write_parquet(package / f"{split}.parquet")
        older.write_ndjson(package / f"{split}.jsonl")
    _resealed(package)
    assert verify_package(package) == ["records of schema ['0'], manifest says 1"]
    _resealed(package, schema_version="0")
    assert verify_package(package) == []


def test_records_of_another_shape_are_a_problem_and_no_error(package):
    pl.DataFrame({"text": ["x"]}).write_parquet(package / "val.parquet")
    _resealed(package)
    assert any("records cannot be read" in p for p in verify_package(package))


def test_lines_are_counted(package):
    with (package / "val.jsonl").open("a") as out:
        out.write("{}\n")
    _resealed(package)
    assert verify_package(package)[0] == "val.jsonl: 7 rows, manifest says 6"


def test_the_manifest_carries_no_time(package):
    assert not {"time", "date", "created"} & set(json.loads((package / MANIFEST).read_text()))


def test_jsonl_of_the_same_records_in_other_words_is_the_same(package):
    path = package / "train.jsonl"
    spaced = [json.dumps(json.loads(line), indent=None, separators=(", ", ": ")) for line in path.read_text().splitlines()]
    assert spaced != path.read_text().splitlines()
    path.write_text("\n".join(spaced) + "\n")
    _resealed(package)
    assert verify_package(package) == []


def test_records_are_asked_of_a_memory_only_where_every_file_is_the_manifests(package):
    asked: list[str] = []

    def remembered(folder, manifest):
        asked.append(manifest.merkle_root)
        return ["as remembered"]

    assert verify_package(package, remembered) == ["as remembered"]
    (package / "val.parquet").write_bytes(b"nothing")
    found = verify_package(package, remembered)
    assert "as remembered" not in found
    assert any("val.parquet" in problem for problem in found)
    assert len(asked) == 1
