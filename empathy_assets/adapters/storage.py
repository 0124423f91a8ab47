"""The storage root: a local folder or an `s3://` prefix, and atomic writes below it.

Lives here: paths, endpoint and checksum settings, write-then-rename. Must not live here: what is stored or whether it may change.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from upath import UPath

_CHECKSUM_ENV = ("AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION")


def storage_root(uri: str, env: Mapping[str, str] | None = None) -> UPath:
    """Return the storage root for a folder or `s3://bucket/prefix`.

    For S3 the endpoint comes from `OVH_S3_ENDPOINT`, the region and keys from the usual AWS variables; the SDK's newer default
    checksums are switched off because S3-compatible servers reject them.

    Args:
        uri: Local path, `file://` or `s3://` URI.
        env: Environment to read, the process's own by default.
    """
    env = os.environ if env is None else env
    if not uri.startswith("s3://"):
        return UPath(Path(uri.removeprefix("file://")).expanduser().resolve())
    for name in _CHECKSUM_ENV:
        os.environ.setdefault(name, "WHEN_REQUIRED")
    client: dict[str, object] = {}
    if endpoint := env.get("OVH_S3_ENDPOINT"):
        client["endpoint_url"] = endpoint
    if region := env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION"):
        client["region_name"] = region
    return UPath(uri, client_kwargs=client, config_kwargs={"s3": {"addressing_style": "path"}})


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


@contextmanager
def atomic_file(target: UPath) -> Iterator[Path]:
    """Yield a local scratch file that becomes `target` when the block ends, whole or not at all.

    Locally the scratch file lies beside the target and is renamed over it; on object storage it is uploaded in one `put`.
    """
    if is_local(target):
        folder = local(target).parent
        folder.mkdir(parents=True, exist_ok=True)
    else:
        folder = Path(tempfile.gettempdir())
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=folder)
    os.close(handle)
    scratch = Path(name)
    try:
        yield scratch
        if is_local(target):
            scratch.replace(local(target))
        else:
            target.fs.put_file(str(scratch), target.path)
    finally:
        scratch.unlink(missing_ok=True)


def write_bytes(target: UPath, data: bytes) -> None:
    """Write `data` to `target` atomically."""
    with atomic_file(target) as scratch:
        scratch.write_bytes(data)


def publish_folder(source: Path, target: UPath, *, marker: str) -> None:
    """Make the files of `source` appear at `target`, `marker` last; `source` is consumed.

    Locally an existing target is swapped out in two renames; on object storage files are put one by one and stale ones removed
    before the marker is written, so that a reader who finds the marker finds the whole package.
    """
    if is_local(target):
        folder = local(target)
        folder.parent.mkdir(parents=True, exist_ok=True)
        old = folder.with_name(f".{folder.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.replace(old)
        source.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
        return
    files = sorted(p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file())
    if (target / marker).exists():
        (target / marker).unlink()
    if target.exists():
        for stale in sorted(p for p in target.rglob("*") if p.is_file()):
            stale.unlink()
    for name in [f for f in files if f != marker] + [marker]:
        target.fs.put_file(str(source / name), (target / name).path)
    shutil.rmtree(source)
