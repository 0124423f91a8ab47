"""The one entry to the readers: a file and its rights in, records and reasons out; nothing escapes.

Lives here: the choice of reader and the size limit. Must not live here: parsing, processes, caches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from empathy_assets.engines.reading import books, conversations, transcripts
from empathy_assets.engines.reading.gzipped import unpacked
from empathy_assets.engines.reading.papers import read as papers
from empathy_assets.engines.reading.result import Block, FileContext, ReadError, ReadResult, Row, Source, collect, guarded
from empathy_assets.policy.load import number
from empathy_assets.records.ids import file_sha256
from empathy_assets.records.licence import Rights

_READERS: dict[str, Callable[[Path, FileContext], Iterator[Row | Block]]] = {
    "academic_findings": papers.read,
    "books": books.read,
    "transcripts": transcripts.read,
    "conversation_corpora": conversations.read,
}
_LIMITS = {
    "academic_findings": "limits.paper_mib",
    "books": "limits.book_mib",
    "transcripts": "limits.transcript_mib",
    "conversation_corpora": "limits.file_mib",
}


def read_file(path: Path, *, relative: str, source: Source, rights: Rights) -> ReadResult:
    """Return what one landed file holds.

    Args:
        path: The file.
        relative: Its path relative to the landing root, as it stands in every record.
        source: The asset that reads it, which decides the kind of reader.
        rights: The declaration it falls under.

    Never raises: whatever is wrong with the file becomes a reject with its reason, position and remedy.
    """
    return collect(stream_file(path, relative=relative, source=source, rights=rights))


def stream_file(path: Path, *, relative: str, source: Source, rights: Rights) -> Iterator[Row | Block]:
    """Yield the rows of one landed file as they are read; see `read_file`. Books and talks add a row to `works`."""
    try:
        size, sha256 = path.stat().st_size, file_sha256(path)
    except OSError as error:
        yield FileContext(source, relative, "", rights).reject("unreadable", f"{type(error).__name__}: {error.strerror}")
        return
    context = FileContext(source, relative, sha256, rights)
    yield from guarded(context, _rows(path, context, size))


def _rows(path: Path, context: FileContext, size: int) -> Iterator[Row | Block]:
    limit = int(number("reading", _LIMITS[context.source])) << 20
    if size > limit:
        raise ReadError("too-large", f"{size} bytes, at most {limit} are read")
    if size == 0:
        raise ReadError("empty-file", "0 bytes")
    some = False
    with unpacked(path, limit) as plain:
        for row in _READERS[context.source](plain, context):
            some = True
            yield row
    if not some:
        raise ReadError("no-usable-text", "no record and no error were found in it")
