"""The check of a package that lies somewhere: is it whole, unchanged, and what its manifest says?

Lives here: finding problems in a folder (local path, or any path object with the same interface). Must not live here: repairing or
fetching.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from empathy_assets.engines.packaging.content import lines_known, row_hashes
from empathy_assets.engines.packaging.context import CERTIFICATE, LEDGER, MANIFEST, Manifest
from empathy_assets.engines.packaging.fence import leakage_proof, objections
from empathy_assets.engines.packaging.merkle import merkle_root
from empathy_assets.records.conversation import SPLITS
from empathy_assets.records.package import PackageFile

THREADS = 2
"""Files of a local package read at a time: hashing lets go of the interpreter."""

TABLES = tuple(f"{split}.parquet" for split in SPLITS)
"""The files that hold a package's conversations as tables, in split order."""


class UnreadablePackageError(ValueError):
    """A folder does not hold the records of a package."""


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a package.

    Raises:
        FileNotFoundError: There is none.
        pydantic.ValidationError: It is no manifest.
    """
    return Manifest.model_validate_json((folder / MANIFEST).read_bytes())


def read_splits(folder: Path) -> dict[str, pl.DataFrame]:
    """Return split -> its conversations as published, `messages` and `metadata`.

    Raises:
        UnreadablePackageError: A split is missing, or is no table.
    """
    tables: dict[str, pl.DataFrame] = {}
    for split in SPLITS:
        try:
            with (folder / f"{split}.parquet").open("rb") as stream:
                tables[split] = pl.read_parquet(stream)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise UnreadablePackageError(
                f"{folder} has no readable {split}.parquet ({str(error).splitlines()[0]}); expected a package"
            ) from error
    return tables


def read_records(folder: Path) -> pl.DataFrame:
    """Return all conversations of a package: the columns of `metadata`, and `messages`, in split order.

    Raises:
        UnreadablePackageError: A split is missing, or is no table of conversations.
    """
    try:
        return pl.concat(read_splits(folder).values()).unnest("metadata")
    except pl.exceptions.PolarsError as error:
        raise UnreadablePackageError(f"{folder} holds no conversations ({str(error).splitlines()[0]}); expected a package") from error


def _digest(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file and the number of its lines, read once, in chunks of 1 MiB."""
    found, lines = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            found.update(chunk)
            lines += chunk.count(b"\n") if path.name.endswith(".jsonl") else 0
    return found.hexdigest(), lines


def _file_problems(folder: Path, file: PackageFile) -> list[str]:
    path = folder / file.name
    if not path.exists():
        return [f"{file.name}: missing; fetch the package again"]
    size = path.stat().st_size
    if size != file.bytes:
        return [f"{file.name}: {size} bytes, manifest says {file.bytes}; the file was cut or changed"]
    found, lines = _digest(path)
    if found != file.sha256:
        return [f"{file.name}: SHA-256 {found[:16]}, manifest says {file.sha256[:16]}; the file was changed"]
    if file.name.endswith(".jsonl") and file.rows is not None and lines != file.rows:
        return [f"{file.name}: {lines} rows, manifest says {file.rows}"]
    return []


def changed_files(folder: Path, manifest: Manifest, names: Collection[str] | None = None, *, threads: int = 1) -> list[str]:
    """Return which files of a package (those of `names`, if given) are missing, cut or changed, in words.

    Args:
        folder: Where it lies.
        manifest: What it should hold.
        names: Files to look at; null: all.
        threads: How many are read at a time.
    """
    asked = [file for file in manifest.files if names is None or file.name in names]
    with ThreadPoolExecutor(threads) as readers:
        return [problem for found in readers.map(partial(_file_problems, folder), asked) for problem in found]


def _stray_files(folder: Path, manifest: Manifest) -> list[str]:
    known = {file.name for file in manifest.files} | {MANIFEST}
    return [f"{path.name}: not in the manifest" for path in sorted(folder.iterdir()) if path.name not in known]


def _same_in_jsonl(folder: Path, split: str, table: pl.DataFrame) -> bool:
    """Return whether a split's JSONL holds the records of its table, in its order.

    It does if it is what the table makes, byte for byte; what another version wrote is read, which takes twice as long.
    """
    data = (folder / f"{split}.jsonl").read_bytes()
    written = io.BytesIO()
    table.write_ndjson(written)
    return written.getvalue() == data or pl.read_ndjson(data, schema=table.schema).equals(table)


def record_problems(folder: Path, manifest: Manifest, *, whole: bool = True) -> list[str]:
    """Return what is wrong with the records of a package.

    Args:
        folder: Where it lies.
        manifest: What it should hold.
        whole: Whether every file has been found to be what the manifest says. Lines that this process wrote of the same records are then
            known by their hash, and not made again.

    Raises:
        OSError, ValueError, polars.exceptions.PolarsError: Records cannot be read.
    """
    tables = read_splits(folder)
    flat = {split: table.unnest("metadata").rename({"messages": "turns"}) for split, table in tables.items()}
    hashes = {split: row_hashes(records) for split, records in flat.items()}
    frame = pl.concat(flat.values())
    stated = {file.name: file.sha256 for file in manifest.files if whole}
    problems = [
        f"{split}.jsonl: other records than {split}.parquet"
        for split in SPLITS
        if not (lines_known(hashes[split], stated.get(f"{split}.jsonl", "")) or _same_in_jsonl(folder, split, tables[split]))
    ]
    if frame.height != manifest.rows:
        problems.append(f"{frame.height} conversations, manifest says {manifest.rows}")
    splits = {split: int((frame["split"] == split).sum()) for split in SPLITS}
    if splits != manifest.splits:
        problems.append(f"splits {splits}, manifest says {manifest.splits}")
    schemas = sorted(str(version) for version in frame["schema_version"].unique())
    if schemas != [manifest.schema_version]:
        problems.append(f"records of schema {schemas}, manifest says {manifest.schema_version}")
    with (folder / LEDGER).open("rb") as stream:
        ledger = pl.read_parquet(stream, columns=["ref", "gate", "passed"])
    certificate = json.loads((folder / CERTIFICATE).read_bytes())
    found = objections(frame, ledger, certificate, leakage_proof(frame, rows=pl.concat(hashes.values())))
    return problems + [f"found {error.found}; expected {error.expected}" for error in found]


RecordProblems = Callable[[Path, Manifest], list[str]]


def verify_package(folder: Path, records: RecordProblems = record_problems) -> list[str]:
    """Return what is wrong with a package, in words; an empty list means that it is whole and unchanged.

    Recomputes every hash, the Merkle root and row counts, compares JSONL with Parquet, and raises every objection of the packager anew:
    mix, licences, fence, ledger, certificate, and from the texts that nothing leaks. Never raises for a damaged package.

    Args:
        folder: Where it lies.
        records: Finds what is wrong with the records, once every file has been found to be what the manifest says; `record_problems`,
            or what remembers its answer for the same files.
    """
    if not (folder / MANIFEST).exists():
        return [f"{MANIFEST}: missing; this is no package, or its publication was interrupted"]
    try:
        manifest = read_manifest(folder)
    except (ValidationError, ValueError) as error:
        return [f"{MANIFEST}: not a manifest ({str(error).splitlines()[0]}); fetch the package again"]
    problems = _stray_files(folder, manifest) + changed_files(folder, manifest, threads=THREADS)
    root = merkle_root((file.name, file.sha256) for file in manifest.files)
    if root != manifest.merkle_root:
        problems.append(f"{MANIFEST}: Merkle root {manifest.merkle_root[:16]}, its files give {root[:16]}; the manifest was changed")
    try:
        return problems + (record_problems(folder, manifest, whole=False) if problems else records(folder, manifest))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        return [*problems, f"records cannot be read: {str(error).splitlines()[0]}"]
