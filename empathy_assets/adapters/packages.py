"""Packages between scratch folder, storage root and archive: build aside, decide, publish, fetch back for verification.

Lives here: where a package is written, how it becomes visible and how it moves into the archive. Must not live here: its content or the
rules that refuse it.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import polars as pl
from upath import UPath

from empathy_assets.adapters.disk import disk_explained
from empathy_assets.adapters.releases import (
    FOLDER,
    MARKER,
    ReleaseFrozenError,
    archive_path,
    find_package,
    package_path,
    published,
    published_manifest,
)
from empathy_assets.adapters.s3.errors import explained
from empathy_assets.adapters.s3.settings import S3Settings
from empathy_assets.adapters.s3.upload import Progress
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import fetched, is_local, local, publish_folder, storage_root
from empathy_assets.engines.packaging.context import Manifest
from empathy_assets.engines.packaging.publish import decide
from empathy_assets.engines.packaging.verify import TABLES, changed_files, read_records
from empathy_assets.policy.releases import Release, releases, version_of
from empathy_assets.records.arrow import empty_frame, to_frame
from empathy_assets.records.conversation import Conversation
from empathy_assets.records.package import PackageFile


class ArchiveError(RuntimeError):
    """A release cannot be archived as it is."""


@contextmanager
def reachable(what: str) -> Iterator[None]:
    """Turn the object store's own errors into one sentence with its remedy.

    Raises:
        ConnectionError: The object store cannot be reached, or gives no access.
    """
    with explained(what, S3Settings.from_env()):
        yield


def locate(package: str, settings: Settings) -> UPath:
    """Return where a package lies that is named by folder, `s3://` URI or release key of the storage root.

    Raises:
        FileNotFoundError: There is no package.
        ConnectionError: The object store cannot be reached, or gives no access.
    """
    root = storage_root(settings.storage)
    with reachable(package):
        if "/" in package or Path(package).is_dir():
            folder, known = storage_root(package), ""
        else:
            folder, known = find_package(root, package), f" {root / FOLDER} holds {published(root) or 'none'}."
        if not folder.exists():
            raise FileNotFoundError(f"no package at {folder}; expected a folder, an s3:// URI or the key of a published release.{known}")
    return folder


def publish_package(
    root: UPath, release: Release, scratch: Path, write: Callable[[Path], Manifest], progress: Progress | None = None
) -> tuple[Manifest, bool]:
    """Write a package aside and publish it; return its manifest and whether anything changed.

    Args:
        root: Storage root.
        release: The release.
        scratch: Local folder for the unfinished package; on the same file system as a local root, so that publishing is a rename.
        write: Writes the package into the empty folder it is given.
        progress: Told of every file, or part of a large one, that has reached object storage.

    Raises:
        ReleaseFrozenError: The release is write-once and published with other bytes.
        DiskError: The local disk refused; nothing is published.
        S3Error: The object store refused or failed; the next call goes on where this one stopped.
    """
    folder = scratch / f"package-{release.key}"
    try:
        with disk_explained(folder):
            shutil.rmtree(folder, ignore_errors=True)  # what a killed run left
            folder.mkdir(parents=True)
            manifest = write(folder)
        before = published_manifest(root, release.key)
        decision = decide(before, manifest, rolling=release.rolling, taken={*releases(), *published(root)})
        if decision.action == "refuse":
            raise ReleaseFrozenError(decision.message)
        if decision.action == "write":
            publish_folder(folder, package_path(root, release.key), marker=MARKER, progress=progress, once=not release.rolling)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return manifest, decision.action == "write"


def published_records(root: UPath, keys: Sequence[str]) -> pl.DataFrame:
    """Return `id`, `turns`, `release` of every conversation in the packages of these releases, in the order of `keys`.

    Raises:
        FileNotFoundError: One of them is not published on this storage root.
    """
    found = [empty_frame(Conversation).select("id", "turns", pl.lit("").alias("release"))]
    for key in keys:
        folder = find_package(root, key)
        if not folder.exists():
            raise FileNotFoundError(f"release {key} is not published on {root}, but releases.toml says to stay apart from it; it is needed")
        with fetched(folder, TABLES) as package:
            found.append(read_records(package).select("id", pl.col("messages").alias("turns"), pl.lit(key).alias("release")))
    return pl.concat(found)


def archive_package(root: UPath, release: str) -> UPath:
    """Move a published release into the archive, whole, and return where it lies; an archived one stays where it is.

    Locally this is one rename. On object storage the files are copied and compared with the manifest before the first one is removed, the
    marker is copied last and removed first, and an interrupted move is finished by the next call.

    Raises:
        ArchiveError: The release rolls, is not published, or its copy does not hold what its manifest says.
    """
    source, target = package_path(root, release), archive_path(root, release)
    if version_of(release) is None:
        raise ArchiveError(f"release {release!r} found, expected a version such as v0.1.0: a rolling release is rebuilt, never archived")
    manifest = published_manifest(root, release)
    if manifest is None:
        raise ArchiveError(f"release {release} is not published on {root}; it holds {published(root) or 'none'}")
    if not source.exists():
        return target
    if is_local(root):
        local(target).parent.mkdir(parents=True, exist_ok=True)
        local(source).replace(local(target))
        return target
    _copy(source, target, manifest)
    for file in [source / MARKER, *(path for path in source.iterdir() if path.name != MARKER)]:
        if file.exists():
            file.unlink()
    return target


def _copy(source: UPath, target: UPath, manifest: Manifest) -> None:
    if not (source / MARKER).exists():
        return  # only what an interrupted removal left is still there
    for file in manifest.files:
        target.fs.copy((source / file.name).path, (target / file.name).path)
    # A UPath has the interface of a Path that the comparison needs.
    if problems := changed_files(cast("Path", target), manifest):
        raise ArchiveError(f"{target} does not hold what {source} says: {problems[0]}; nothing was removed. Run `empathy verify {source}`")
    target.fs.copy((source / MARKER).path, (target / MARKER).path)


def package_files(manifest: Manifest) -> pl.DataFrame:
    """Return the files of a package as records (PackageFile schema), in the order of the manifest."""
    return to_frame(manifest.files, PackageFile)
