"""Landed files on their way to tables: found, declared, read by the workers or taken from the cache, given part by part.

Lives here: walking, rights, the per-file cache. Must not live here: which tables are made of them (landing), parsing (engines.reading),
processes (isolation).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from upath import UPath

from empathy_assets.adapters.declarations import RIGHTS_FILE, Declarations
from empathy_assets.adapters.isolation import Job, Outcome, ReaderPool, rejected
from empathy_assets.adapters.scratch import scratch_folder
from empathy_assets.adapters.storage import is_local, local, publish_folder
from empathy_assets.engines.reading.result import READER_VERSION, FileContext, Source
from empathy_assets.engines.reading.rights import RightsError
from empathy_assets.policy.licences import accepted
from empathy_assets.policy.load import number
from empathy_assets.records.ids import digest, file_sha256
from empathy_assets.records.licence import Rights

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all and the file just finished."""
Part = Callable[[], pl.DataFrame]
"""Reads some thousands of rows."""

_MARKER = "done.json"
_UNKNOWN = Rights(licence="unknown", origin="undeclared")


@dataclass
class LandedFile:
    """One landed file on its way: where it is, what is declared, and what it gave."""

    path: Path
    relative: str
    source: Source
    rights: Rights = _UNKNOWN
    sha256: str = ""
    reject: dict[str, Any] | None = None
    parts: list[tuple[str, Part]] = field(default_factory=list[tuple[str, Part]])

    @property
    def key(self) -> str:
        """The cache key: what the file holds, what it is called and declared as, and who reads it."""
        return digest(self.sha256, self.rights.model_dump_json(), self.relative, self.source, READER_VERSION)

    def refuse(self, reason: str, detail: str = "") -> None:
        """Set the file aside as a whole."""
        self.reject = FileContext(self.source, self.relative, self.sha256, self.rights).reject(reason, detail)[1]


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files (and links) below a folder by name; hidden ones, declarations and READMEs are no landed files."""
    for base, folders, names in os.walk(folder, followlinks=False):
        links = [name for name in folders if (Path(base) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        for name in sorted([*names, *links]):
            if not name.startswith(".") and name != RIGHTS_FILE and not name.upper().startswith("README"):
                yield Path(base) / name


def _declared(file: LandedFile, declarations: Declarations) -> None:
    """Fill in hash and rights of a landed file, or its reject; a reply came with both."""
    if file.sha256:
        return
    if file.path.is_symlink():
        file.refuse("symlink", f"a link to {str(file.path.readlink())[:120]!r}")
        return
    try:
        if not file.path.is_file():
            file.refuse("unreadable", "no plain file")
            return
        file.sha256 = file_sha256(file.path)
    except OSError as error:
        file.refuse("unreadable", f"{type(error).__name__}: {error.strerror}")
        return
    try:
        rights = declarations.of(file.path)
    except RightsError as error:
        file.refuse("rights-file-invalid", str(error))
        return
    if rights is None:
        file.refuse("undeclared-rights", f"no {RIGHTS_FILE} in its folder or above names it, nor does a default")
    elif not accepted(rights.licence):
        file.refuse("incompatible-licence", f"declared {rights.licence!r}, which is not among the accepted licences")
    else:
        file.rights = rights


def _restore(cache: UPath | None, file: LandedFile) -> bool:
    """Fill a file's frames from the cache; False if it is not there or damaged."""
    if cache is None:
        return False
    folder = cache / file.key
    try:
        parts: list[str] = json.loads((folder / _MARKER).read_text(encoding="utf-8"))
        frames = [(_table_of(part), pl.read_parquet((folder / part).read_bytes())) for part in parts]
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return False
    file.parts = [(table, frame.clone) for table, frame in frames]
    return True


def _table_of(part: str) -> str:
    return part.removesuffix(".parquet").partition("-")[2]


def _keep(cache: UPath | None, file: LandedFile, out: Path, outcome: Outcome) -> None:
    """Take over what a worker wrote, to be read when asked for; what a retry could change (a timeout on a busy machine) is not cached."""
    if outcome.reason:
        job = Job(str(file.path), file.relative, file.source, file.rights.model_dump(), str(out))
        file.reject = rejected(job, file.sha256, outcome)
        return
    file.parts = [(_table_of(part), partial(pl.read_parquet, out / part)) for part in outcome.parts]
    if cache is not None:
        file.parts = [(table, read().clone) for table, read in file.parts]
        (out / _MARKER).write_text(json.dumps(outcome.parts), encoding="utf-8")
        publish_folder(out, cache / file.key, marker=_MARKER)


def _scratch(cache: UPath | None) -> Path:
    """Return a folder for the workers' parts: beside a local cache, so that publishing is a rename."""
    if cache is None or not is_local(cache):
        return scratch_folder(Path(tempfile.gettempdir()), "reading")
    folder = local(cache)
    folder.mkdir(parents=True, exist_ok=True)
    return scratch_folder(folder, "reading")


def _read(files: Sequence[LandedFile], cache: UPath | None, scratch: Path, progress: Progress | None) -> tuple[int, int]:
    """Fill the parts of the files, which without a cache stay in `scratch`; return how many were read and how many came from the cache."""
    due = [f for f in files if f.reject is None]
    fresh = [f for f in due if not _restore(cache, f)]
    done = len(files) - len(fresh)
    if progress:
        progress(done, len(files), "")
    if not fresh:
        return 0, len(due)
    jobs = [Job(str(f.path), f.relative, f.source, f.rights.model_dump(), str(scratch / str(i))) for i, f in enumerate(fresh)]
    with ReaderPool(min(len(fresh), int(number("reading", "limits.workers")))) as pool:
        for file, job, outcome in zip(fresh, jobs, pool.run(jobs), strict=True):
            _keep(cache, file, Path(job.out), outcome)
            done += 1
            if progress:
                progress(done, len(files), file.relative)
    return len(fresh), len(due) - len(fresh)


@contextmanager
def opened(
    files: list[LandedFile], declarations: Declarations, cache: Path | UPath | None, progress: Progress | None
) -> Iterator[tuple[int, int]]:
    """Read the files; their parts can be asked for inside the block. Yields how many were read and how many came from the cache."""
    for file in files:
        _declared(file, declarations)
    kept = UPath(cache) if cache is not None else None
    scratch = _scratch(kept)
    try:
        yield _read(files, kept, scratch, progress)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
