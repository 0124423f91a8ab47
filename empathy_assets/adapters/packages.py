"""Packages between scratch folder and storage root: build aside, decide, publish, fetch back for verification.

Lives here: where a package is written and how it becomes visible. Must not live here: its content or the rules that refuse it.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from upath import UPath

from empathy_assets.adapters.releases import MARKER, package_path, publish
from empathy_assets.adapters.storage import is_local, local
from empathy_assets.engines.packaging.context import Manifest
from empathy_assets.policy.releases import Release
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.package import PackageFile


def published_manifest(root: UPath, release: str) -> Manifest | None:
    """Return the manifest of a published release, or None if there is none."""
    marker = package_path(root, release) / MARKER
    return Manifest.model_validate_json(marker.read_bytes()) if marker.exists() else None


@contextmanager
def fetched(package: UPath) -> Iterator[Path]:
    """Yield a package as a local folder: itself if it is local, else a temporary copy."""
    if is_local(package):
        yield local(package)
        return
    with tempfile.TemporaryDirectory(prefix="empathy-package-") as name:
        for source in package.iterdir():
            (Path(name) / source.name).write_bytes(source.read_bytes())
        yield Path(name)


def publish_package(root: UPath, release: Release, scratch: Path, write: Callable[[Path], Manifest]) -> tuple[Manifest, bool]:
    """Write a package aside and publish it; return its manifest and whether anything changed.

    Args:
        root: Storage root.
        release: The release.
        scratch: Local folder for the unfinished package; on the same file system as a local root, so that publishing is a rename.
        write: Writes the package into the empty folder it is given.

    Raises:
        ReleaseFrozenError: The release is write-once and published with other bytes.
    """
    folder = scratch / f"package-{release.key}"
    shutil.rmtree(folder, ignore_errors=True)  # what a killed run left
    folder.mkdir(parents=True)
    try:
        manifest = write(folder)
        before = published_manifest(root, release.key)
        changed = publish(root, release, folder, merkle_root=manifest.merkle_root, published_root=before.merkle_root if before else None)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return manifest, changed


def package_files(root: UPath, manifest: Manifest) -> pl.DataFrame:
    """Return the files of a published package as records (PackageFile schema), in the order of the manifest."""
    uri = str(package_path(root, manifest.release))
    rows = [
        PackageFile(
            release=manifest.release,
            file=file.name,
            rows=file.rows or 0,
            bytes=file.bytes,
            sha256=file.sha256,
            merkle_root=manifest.merkle_root,
            uri=uri,
        )
        for file in manifest.files
    ]
    return to_frame(rows, PackageFile)
