"""The storage root: a local folder or an `s3://` prefix, atomic writes below it and verified reads from it.

Lives here: paths, write-then-rename, whole files in and out. Must not live here: what is stored or whether it may change; how S3 is
spoken to (adapters/s3).
"""

import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from upath import UPath

from empathy_assets.adapters.disk import disk_explained
from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.errors import explained
from empathy_assets.adapters.s3.multipart import abort_stale
from empathy_assets.adapters.s3.objects import Place, download, head_object, read_object
from empathy_assets.adapters.s3.settings import S3Settings, S3SettingsError
from empathy_assets.adapters.s3.upload import Progress, upload
from empathy_assets.adapters.scratch import scratch_file, temporary
from empathy_assets.records.ids import file_sha256

_S3 = re.compile(r"^s3a?://[^/]+")


def storage_root(uri: str, env: Mapping[str, str] | None = None) -> UPath:
    """Return the storage root for a folder or `s3://bucket/prefix`.

    For S3 the endpoint comes from `OVH_S3_ENDPOINT`, the region and keys from the usual AWS variables; see `S3Settings`.

    Args:
        uri: Local path, `file://` or `s3://` URI.
        env: Environment to read, the process's own by default.

    Raises:
        S3SettingsError: The URI names no bucket, or a variable cannot be understood.
    """
    if not uri.startswith(("s3:", "s3a:")):
        return UPath(Path(uri.removeprefix("file://")).expanduser().resolve())
    if not _S3.match(uri):
        raise S3SettingsError(f"{uri!r} found, expected s3://bucket/prefix. Correct EMPATHY_STORAGE")
    return UPath(uri, settings=S3Settings.from_env(env))


def is_local(path: UPath) -> bool:
    """Return whether `path` lies on this machine's file system."""
    return path.protocol in ("", "file", "local")


def local(path: UPath) -> Path:
    """Return a local `UPath` as a plain `Path`.

    Raises:
        ValueError: The path is not local.
    """
    if not is_local(path):
        raise ValueError(f"{path} is not a local path; expected a folder on this machine. Point EMPATHY_LANDING or EMPATHY_CACHE at one.")
    return Path(path.path)


def s3_settings(path: UPath) -> S3Settings:
    """Return how the object store of an `s3://` path is reached."""
    return path.storage_options.get("settings") or S3Settings.from_env()


def s3_place(path: UPath) -> Place:
    """Return bucket and key of an `s3://` path."""
    bucket, _, key = path.path.partition("/")
    return Place(bucket, key)


@contextmanager
def atomic_file(target: UPath) -> Iterator[Path]:
    """Yield a local scratch file that becomes `target` when the block ends, whole or not at all.

    Locally the scratch file lies beside the target and is renamed over it; on object storage it is uploaded, with its SHA-256.

    Raises:
        DiskError: The disk of the scratch file is full, read-only or forbidden.
        S3Error: The object store refused or failed.
    """
    folder = local(target).parent if is_local(target) else Path(tempfile.gettempdir())
    with disk_explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        scratch = scratch_file(folder, target.name)
        try:
            yield scratch
            if is_local(target):
                scratch.replace(local(target))
            else:
                _upload(scratch, target)
        finally:
            scratch.unlink(missing_ok=True)


def write_bytes(target: UPath, data: bytes) -> None:
    """Write `data` to `target` atomically."""
    with atomic_file(target) as scratch:
        scratch.write_bytes(data)


def read_bytes(source: UPath) -> bytes:
    """Return the bytes of a stored file; from object storage they are verified, and read again if they arrive short or changed.

    Raises:
        FileNotFoundError: There is no such file.
        S3Error: The object store refused or failed.
    """
    if is_local(source):
        return local(source).read_bytes()
    settings = s3_settings(source)
    with explained(str(source), settings):
        return read_object(boto_client(settings), s3_place(source), settings)


@contextmanager
def fetched(folder: UPath, names: Iterable[str] | None = None) -> Iterator[Path]:
    """Yield a stored folder as a local one: itself if it is local, else a temporary copy, verified as by `read_bytes`.

    Args:
        folder: Folder without folders in it.
        names: The files that are needed; all of them by default.
    """
    if is_local(folder):
        yield local(folder)
        return
    with temporary("copy") as scratch:
        for name in names if names is not None else [file.name for file in folder.iterdir()]:
            copy_to(folder / name, Path(scratch) / name)
        yield Path(scratch)


@contextmanager
def local_copy(source: UPath) -> Iterator[Path]:
    """Yield one stored file as a local one, as `fetched` does."""
    with fetched(source.parent, [source.name]) as folder:
        yield folder / source.name


def copy_to(source: UPath, target: Path) -> None:
    """Copy a stored file to a local one, verified as by `read_bytes`, in constant memory."""
    if is_local(source):
        with disk_explained(target):
            shutil.copyfile(local(source), target)
        return
    settings = s3_settings(source)
    with explained(str(source), settings), disk_explained(target), target.open("wb") as sink:
        download(boto_client(settings), s3_place(source), sink, settings)


def stored_sha256(source: UPath) -> str:
    """Return the SHA-256 of a stored file, hex; on object storage the one it was written with, if any, without reading it."""
    if not is_local(source):
        settings = s3_settings(source)
        with explained(str(source), settings):
            head = head_object(boto_client(settings), s3_place(source))
        if head and head.sha256:
            return head.sha256
    return file_sha256(source)


def publish_folder(source: Path, target: UPath, *, marker: str, progress: Progress | None = None, once: bool = False) -> None:
    """Make the files of `source` appear at `target`, `marker` last; `source` is consumed.

    Locally an existing target is swapped out in two renames. On object storage files are uploaded one by one, large ones in parts; what an
    interrupted call left there and is the same stays, what is not of the package goes, and the marker is written last, so that a reader
    who finds the marker finds the whole package.

    Args:
        source: Local folder.
        target: Where its files shall lie.
        marker: The file that says that the others are there.
        progress: Told of every file or part that is there.
        once: Refuse to replace a marker that somebody else wrote meanwhile, where the object store knows conditional writes.

    Raises:
        DiskError: The local disk refused.
        S3Error: The object store refused or failed; the next call goes on where this one stopped.
    """
    if not is_local(target):
        _publish_objects(source, target, marker, progress, once)
        shutil.rmtree(source)
        return
    folder = local(target)
    with disk_explained(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        old = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.replace(old)
        source.replace(folder)
        shutil.rmtree(old, ignore_errors=True)


def finish_swap(target: UPath) -> bool:
    """Finish what a kill in the middle of `publish_folder` left of a local folder, and return whether there was anything.

    The former folder comes back if the new one has not taken its place, and goes if it has. Only for who alone may publish there.
    """
    if not is_local(target):
        return False
    folder = local(target)
    old = folder.with_name(f".{folder.name}.old")
    if not old.exists():
        return False
    if folder.exists():
        shutil.rmtree(old)
    else:
        old.replace(folder)
    return True


def _publish_objects(source: Path, target: UPath, marker: str, progress: Progress | None, once: bool) -> None:
    files = sorted(p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file())
    settings = s3_settings(target)
    place = s3_place(target)
    if (target / marker).exists():
        (target / marker).unlink()
    for name in sorted(set(_names(target)) - set(files)):
        (target / name).unlink()
    for name in [f for f in files if f != marker]:
        _upload(source / name, target / name, progress)
    with explained(str(target), settings):  # now, so that an old upload that could be continued has been
        abort_stale(boto_client(settings), place.bucket, f"{place.key}/", timedelta(days=settings.stale_days))
    _upload(source / marker, target / marker, progress, only_new=once)


def _names(folder: UPath) -> list[str]:
    """Return the files below an `s3://` folder, relative to it."""
    base = folder.path.rstrip("/") + "/"
    return [path.removeprefix(base) for path in folder.fs.find(folder.path) if path.startswith(base)]


def _upload(source: Path, target: UPath, progress: Progress | None = None, *, only_new: bool = False) -> None:
    settings = s3_settings(target)
    with explained(str(target), settings):
        upload(boto_client(settings), source, s3_place(target), settings, progress=progress, only_new=only_new)
