"""The check of a package that lies somewhere: is it whole, unchanged, and what its manifest says?

Lives here: finding problems in a folder (local path, or any path object with the same interface). Must not live here: repairing or
fetching.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from pydantic import ValidationError

from empathy_assets.engines.composing.compose import policy_mix
from empathy_assets.engines.gating.schema import unlawful_exemption
from empathy_assets.engines.packaging.context import Manifest, PackageFile
from empathy_assets.engines.packaging.merkle import merkle_root
from empathy_assets.engines.packaging.package import MANIFEST
from empathy_assets.policy.licences import accepted_pattern
from empathy_assets.records.conversation import SPLITS
from empathy_assets.records.ids import file_sha256


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a package.

    Raises:
        FileNotFoundError: There is none.
        pydantic.ValidationError: It is no manifest.
    """
    return Manifest.model_validate_json((folder / MANIFEST).read_bytes())


def read_records(folder: Path) -> pl.DataFrame:
    """Return all conversations of a package: the columns of `metadata`, and `messages`, in split order."""
    parts: list[pl.DataFrame] = []
    for split in SPLITS:
        with (folder / f"{split}.parquet").open("rb") as stream:
            parts.append(pl.read_parquet(stream))
    return pl.concat(parts).unnest("metadata")


def _lines(path: Path) -> int:
    """Return the number of lines, read in chunks of 1 MiB."""
    count = 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            count += chunk.count(b"\n")
    return count


def _file_problems(folder: Path, file: PackageFile) -> list[str]:
    path = folder / file.name
    if not path.exists():
        return [f"{file.name}: missing; fetch the package again"]
    size = path.stat().st_size
    if size != file.bytes:
        return [f"{file.name}: {size} bytes, manifest says {file.bytes}; the file was cut or changed"]
    found = file_sha256(path)
    if found != file.sha256:
        return [f"{file.name}: SHA-256 {found[:16]}, manifest says {file.sha256[:16]}; the file was changed"]
    if file.name.endswith(".jsonl") and file.rows is not None and (lines := _lines(path)) != file.rows:
        return [f"{file.name}: {lines} rows, manifest says {file.rows}"]
    return []


def _stray_files(folder: Path, manifest: Manifest) -> list[str]:
    known = {file.name for file in manifest.files} | {MANIFEST}
    return [f"{path.name}: not in the manifest" for path in sorted(folder.iterdir()) if path.name not in known]


def _record_problems(frame: pl.DataFrame, manifest: Manifest) -> list[str]:
    problems: list[str] = []
    if frame.height != manifest.rows:
        problems.append(f"{frame.height} conversations, manifest says {manifest.rows}")
    splits = {split: frame.filter(pl.col("split") == split).height for split in SPLITS}
    if splits != manifest.splits:
        problems.append(f"splits {splits}, manifest says {manifest.splits}")
    for key in ("id", "cluster_id"):
        divided = frame.group_by(key).agg(pl.col("split").n_unique()).filter(pl.col("split") > 1).sort(key)
        if divided.height:
            problems.append(f"{divided.height} values of {key} stand in more than one split, e.g. {divided[key][0]}")
    exempt = frame.filter(unlawful_exemption()).sort("id")
    if exempt.height:
        problems.append(f"{exempt.height} records are exempt outside the fence, e.g. {exempt['id'][0]} in {exempt['stage'][0]}")
    unlicensed = frame.filter(~pl.col("licence").fill_null("").str.contains(accepted_pattern()))
    if unlicensed.height:
        problems.append(f"{unlicensed.height} records have no accepted licence")
    counts = dict(frame.group_by("stage").len().iter_rows())
    if any(counts.get(stage, 0) != share * frame.height for stage, share in policy_mix().items()):
        problems.append(f"the mix {dict(sorted(counts.items()))} of {frame.height} is not policy's")
    return problems


def verify_package(folder: Path) -> list[str]:
    """Return what is wrong with a package, in words; an empty list means that it is whole and unchanged.

    Recomputes every hash, the Merkle root, row counts, the disjointness of the splits, the mix, licences and the fence. Never raises for a
    damaged package.
    """
    if not (folder / MANIFEST).exists():
        return [f"{MANIFEST}: missing; this is no package, or its publication was interrupted"]
    try:
        manifest = read_manifest(folder)
    except (ValidationError, ValueError) as error:
        return [f"{MANIFEST}: not a manifest ({str(error).splitlines()[0]}); fetch the package again"]
    problems = _stray_files(folder, manifest)
    for file in manifest.files:
        problems += _file_problems(folder, file)
    root = merkle_root((file.name, file.sha256) for file in manifest.files)
    if root != manifest.merkle_root:
        problems.append(f"{MANIFEST}: Merkle root {manifest.merkle_root[:16]}, its files give {root[:16]}; the manifest was changed")
    try:
        frame = read_records(folder)
    except (OSError, pl.exceptions.PolarsError) as error:
        return [*problems, f"records cannot be read: {str(error).splitlines()[0]}"]
    return problems + _record_problems(frame, manifest)
