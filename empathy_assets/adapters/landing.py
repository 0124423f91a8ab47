"""The landing folder: which files lie there, under which rights, and what reading them gave; read once, then from the cache.

Lives here: walking, the per-file cache, joining editions of one work. Must not live here: parsing (engines.reading),
processes (isolation).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from upath import UPath

from empathy_assets.adapters.declarations import RIGHTS_FILE, Declarations
from empathy_assets.adapters.isolation import WORKS_SCHEMA, Job, Outcome, ReaderPool, frame_of, rejected
from empathy_assets.adapters.scratch import scratch_folder, temporary
from empathy_assets.adapters.storage import is_local, local, publish_folder
from empathy_assets.engines.reading.kinds import detect_source
from empathy_assets.engines.reading.language import language_of
from empathy_assets.engines.reading.papers.findings import findings_of
from empathy_assets.engines.reading.papers.work import Work
from empathy_assets.engines.reading.result import MODELS, READER_VERSION, FileContext, Source
from empathy_assets.engines.reading.rights import RightsError
from empathy_assets.engines.reading.works import same_works
from empathy_assets.policy.licences import accepted
from empathy_assets.policy.load import number
from empathy_assets.records.arrow import conform, empty_frame, from_frame, to_frame
from empathy_assets.records.ids import digest, file_sha256
from empathy_assets.records.licence import Rights
from empathy_assets.records.passage import Passage
from empathy_assets.records.provenance import Provenance
from empathy_assets.records.reject import Reject

FOLDERS: dict[str, str] = {
    "academic_findings": "papers",
    "books": "books",
    "transcripts": "transcripts",
    "conversation_corpora": "conversations",
}
KINDS: dict[str, Source] = {
    "book": "books",
    "transcript": "transcripts",
    "papers": "academic_findings",
    "conversations": "conversation_corpora",
}
"""What people call the kinds of files, and the source that reads each."""
_MARKER = "done.json"
_UNKNOWN = Rights(licence="unknown", origin="undeclared")

Progress = Callable[[int, int, str], None]
Part = Callable[[], pl.DataFrame]


@dataclass
class Landed:
    """What the landed files of one source hold, with exactly the schemas of the records."""

    passages: pl.DataFrame
    conversations: pl.DataFrame
    papers: pl.DataFrame
    rejects: pl.DataFrame
    files: int = 0
    files_read: int = 0
    files_cached: int = 0


@dataclass(frozen=True)
class OpenConversations:
    """What files of conversations hold, while they are open.

    Attributes:
        frames: Yields the conversations in order, some thousands at a time, as often as it is called.
        rejects: Why lines are no record.
    """

    frames: Callable[[], Iterator[pl.DataFrame]]
    rejects: pl.DataFrame


@dataclass(frozen=True)
class Reply:
    """Bytes that were fetched instead of landed, under the name and the rights they are to be read with."""

    relative: str
    data: bytes
    rights: Rights


@dataclass
class _File:
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
        return digest(self.sha256, self.rights.model_dump_json(), self.relative, self.source, READER_VERSION)

    def refuse(self, reason: str, detail: str = "") -> None:
        self.reject = FileContext(self.source, self.relative, self.sha256, self.rights).reject(reason, detail)[1]


def _walk(folder: Path) -> Iterator[Path]:
    """Yield the files (and links) below a folder by name; hidden ones, declarations and READMEs are no landed files."""
    for base, folders, names in os.walk(folder, followlinks=False):
        links = [name for name in folders if (Path(base) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        for name in sorted([*names, *links]):
            if not name.startswith(".") and name != RIGHTS_FILE and not name.upper().startswith("README"):
                yield Path(base) / name


def _declared(file: _File, declarations: Declarations) -> None:
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


def _restore(cache: UPath | None, file: _File) -> bool:
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


def _keep(cache: UPath | None, file: _File, out: Path, outcome: Outcome) -> None:
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


def _read(files: Sequence[_File], cache: UPath | None, scratch: Path, progress: Progress | None) -> tuple[int, int]:
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


def _frames(files: Iterable[_File], name: str) -> Iterator[pl.DataFrame]:
    """Yield one table of all files, a part at a time; a file refused as a whole gives its one reject instead of anything read."""
    model = MODELS[name]
    for file in files:
        if file.reject is None:
            yield from (conform(read(), model, name=name) for table, read in file.parts if table == name)
        elif name == "rejects":
            yield conform(frame_of(name, [file.reject]), model, name=name)


def _table(files: Iterable[_File], name: str) -> pl.DataFrame:
    """Return one table of all files."""
    return pl.concat([empty_frame(MODELS[name]), *_frames(files, name)])


def _joined(passages: pl.DataFrame, files: Sequence[_File]) -> pl.DataFrame:
    """Return the passages with one work id for all editions of a work."""
    frames = [read() for file in files for table, read in file.parts if table == "works"]
    changed = {old: new for old, new in same_works(pl.concat([pl.DataFrame(schema=WORKS_SCHEMA), *frames])).items() if old != new}
    if not changed:
        return passages
    names = list(Provenance.model_fields)
    work = pl.col("provenance").struct.field("work_id").replace(changed)
    fields = [work.alias(n) if n == "work_id" else pl.col("provenance").struct.field(n) for n in names]
    return passages.with_columns(pl.struct(fields).alias("provenance"))


@contextmanager
def _opened(
    files: list[_File], declarations: Declarations, cache: Path | UPath | None, progress: Progress | None
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


def _landed(files: list[_File], declarations: Declarations, cache: Path | UPath | None, progress: Progress | None) -> Landed:
    with _opened(files, declarations, cache, progress) as (read, cached):
        passages = _joined(_table(files, "passages"), files)
        return Landed(passages, _table(files, "conversations"), _table(files, "papers"), _table(files, "rejects"), len(files), read, cached)


def read_landed(
    landing: Path, source: str, *, cache: Path | UPath | None, replies: Sequence[Reply] = (), progress: Progress | None = None
) -> Landed:
    """Return what the landed files of one source, and replies fetched for it, hold; only new or changed ones are read.

    Args:
        landing: The landing root; files of `source` lie in its folder `papers`, `books`, `transcripts` or `conversations`.
        source: `academic_findings`, `books`, `transcripts` or `conversation_corpora`.
        cache: Where per-file results are kept, None to read everything anew.
        replies: What was fetched for this source.
        progress: Called with files done, files in all and the file just finished.

    Raises:
        KeyError: `source` is none of the four.
    """
    root = Path(landing)
    folder = root / FOLDERS[source]
    name: Source = source  # type: ignore[assignment]
    files = [_File(path, path.relative_to(root).as_posix(), name) for path in _walk(folder)]
    with temporary("replies") as scratch:
        for index, reply in enumerate(replies):
            path = Path(scratch) / str(index)
            path.write_bytes(reply.data)
            files.append(_File(path, reply.relative, name, reply.rights, file_sha256(path)))
        return _landed(sorted(files, key=lambda f: f.relative), Declarations(root), cache, progress)


def read_paths(paths: Sequence[Path], rights_file: Path | None = None, kind: str = "auto", *, progress: Progress | None = None) -> Landed:
    """Return what any files or folders hold, for the command line; nothing is cached, and papers are cut into passages.

    Args:
        paths: Files and folders.
        rights_file: The declarations to go by; None looks for `rights.toml` from each file upwards.
        kind: `book`, `transcript`, `papers`, `conversations` or `auto`, which tells by content.
        progress: See `read_landed`.
    """
    files, declarations = _named(paths, rights_file, kind)
    landed = _landed(files, declarations, None, progress)
    found, lost, _ = findings_of(from_frame(landed.papers, Work), language_of=language_of)
    passages = pl.concat([landed.passages, to_frame(found, Passage)])
    return replace(landed, passages=passages, rejects=pl.concat([landed.rejects, to_frame(lost, Reject)]))


@contextmanager
def open_conversations(paths: Sequence[Path], rights_file: Path | None = None) -> Iterator[OpenConversations]:
    """Read files of conversations, and give what they hold some thousands of rows at a time: no file's size bounds the memory.

    Args:
        paths: Files and folders.
        rights_file: The declarations to go by; None looks for `rights.toml` from each file upwards.
    """
    files, declarations = _named(paths, rights_file, "conversations")
    with _opened(files, declarations, None, None):
        yield OpenConversations(partial(_frames, files, "conversations"), _table(files, "rejects"))


def _named(paths: Sequence[Path], rights_file: Path | None, kind: str) -> tuple[list[_File], Declarations]:
    """Return the files that paths name, and what is declared of them."""
    absolute = [Path(os.path.abspath(p)) for p in paths]  # noqa: PTH100 - resolve() would follow the links that are to be refused
    root = Path(os.path.commonpath([p if p.is_dir() else p.parent for p in absolute])) if absolute else Path.cwd()
    found = [file for path in absolute for file in (_walk(path) if path.is_dir() and not path.is_symlink() else [path])]
    ordered = sorted(dict.fromkeys(found), key=str)
    files = [_File(path, path.relative_to(root).as_posix(), KINDS.get(kind) or detect_source(path)) for path in ordered]
    return files, Declarations(Path(root.anchor) if rights_file is None else root, rights_file)
