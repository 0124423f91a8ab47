"""The landing folder: which files lie there, under which rights, and what reading them gave; read once, then from the cache.

Lives here: the tables of the files, joining editions of one work. Must not live here: files on their way (landed_files), parsing
(engines.reading).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import polars as pl
from upath import UPath

from empathy_assets.adapters.declarations import Declarations
from empathy_assets.adapters.landed_files import LandedFile, Progress, opened, walk
from empathy_assets.adapters.row_frames import WORKS_SCHEMA, frame_of
from empathy_assets.adapters.scratch import temporary
from empathy_assets.engines.reading.kinds import detect_source
from empathy_assets.engines.reading.language import language_of
from empathy_assets.engines.reading.papers.findings import findings_of
from empathy_assets.engines.reading.papers.work import Work
from empathy_assets.engines.reading.result import MODELS, Source
from empathy_assets.engines.reading.works import same_works
from empathy_assets.records.arrow import conform, empty_frame, from_frame, to_frame
from empathy_assets.records.ids import file_sha256
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


def _frames(files: Iterable[LandedFile], name: str) -> Iterator[pl.DataFrame]:
    """Yield one table of all files, a part at a time; a file refused as a whole gives its one reject instead of anything read."""
    model = MODELS[name]
    for file in files:
        if file.reject is None:
            yield from (conform(read(), model, name=name) for table, read in file.parts if table == name)
        elif name == "rejects":
            yield conform(frame_of(name, [file.reject]), model, name=name)


def _table(files: Iterable[LandedFile], name: str) -> pl.DataFrame:
    """Return one table of all files."""
    return pl.concat([empty_frame(MODELS[name]), *_frames(files, name)])


def _joined(passages: pl.DataFrame, files: Sequence[LandedFile]) -> pl.DataFrame:
    """Return the passages with one work id for all editions of a work."""
    frames = [read() for file in files for table, read in file.parts if table == "works"]
    changed = {old: new for old, new in same_works(pl.concat([pl.DataFrame(schema=WORKS_SCHEMA), *frames])).items() if old != new}
    if not changed:
        return passages
    names = list(Provenance.model_fields)
    work = pl.col("provenance").struct.field("work_id").replace(changed)
    fields = [work.alias(n) if n == "work_id" else pl.col("provenance").struct.field(n) for n in names]
    return passages.with_columns(pl.struct(fields).alias("provenance"))


def _landed(files: list[LandedFile], declarations: Declarations, cache: Path | UPath | None, progress: Progress | None) -> Landed:
    with opened(files, declarations, cache, progress) as (read, cached):
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
    files = [LandedFile(path, path.relative_to(root).as_posix(), name) for path in walk(folder)]
    with temporary("replies") as scratch:
        for index, reply in enumerate(replies):
            path = Path(scratch) / str(index)
            path.write_bytes(reply.data)
            files.append(LandedFile(path, reply.relative, name, reply.rights, file_sha256(path)))
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
    with opened(files, declarations, None, None):
        yield OpenConversations(partial(_frames, files, "conversations"), _table(files, "rejects"))


def _named(paths: Sequence[Path], rights_file: Path | None, kind: str) -> tuple[list[LandedFile], Declarations]:
    """Return the files that paths name, and what is declared of them."""
    absolute = [Path(os.path.abspath(p)) for p in paths]  # noqa: PTH100 - resolve() would follow the links that are to be refused
    root = Path(os.path.commonpath([p if p.is_dir() else p.parent for p in absolute])) if absolute else Path.cwd()
    found = [file for path in absolute for file in (walk(path) if path.is_dir() and not path.is_symlink() else [path])]
    ordered = sorted(dict.fromkeys(found), key=str)
    files = [LandedFile(path, path.relative_to(root).as_posix(), KINDS.get(kind) or detect_source(path)) for path in ordered]
    return files, Declarations(Path(root.anchor) if rights_file is None else root, rights_file)
