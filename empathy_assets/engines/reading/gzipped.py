"""Gzip as wrapping of a landed file (`findings.xml.gz`, `corpus.jsonl.gz`): unpacked under limits before its reader sees it.

Lives here: telling gzip, unpacking it. Must not live here: archives of several files (`archive`).
"""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.policy.load import number

_MAGIC = b"\x1f\x8b\x08"
_CHUNK = 1 << 20
_HEADER = 4096  # holds the header of a gzip stream with its file name and the first of its content


def is_gzip(head: bytes) -> bool:
    """Return whether the first bytes of a file are those of a gzip stream."""
    return head.startswith(_MAGIC)


def head_of(path: Path, size: int) -> bytes:
    """Return up to `size` bytes of a file's content, unpacked if it is gzip; what cannot be unpacked is left out.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(max(size, _HEADER))
    if not is_gzip(head):
        return head[:size]
    try:
        return zlib.decompressobj(wbits=31).decompress(head, size)
    except zlib.error:
        return b""


@contextmanager
def unpacked(path: Path, limit: int) -> Generator[Path]:
    """Give the path of the plain content: the file itself, or a temporary copy of what a gzip file holds.

    The copy keeps the name without `.gz`, because some readers look at the ending.

    Args:
        path: The file.
        limit: Bytes the content may have.

    Raises:
        ReadError: `zip-bomb` above `limit` or the policy's compression ratio, `damaged` if the stream is.
    """
    with path.open("rb") as stream:
        if not is_gzip(stream.read(len(_MAGIC))):
            yield path
            return
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    with tempfile.TemporaryDirectory(prefix="empathy-gzip-") as folder:
        plain = Path(folder) / name
        _unpack(path, plain, limit)
        yield plain


def _unpack(path: Path, plain: Path, limit: int) -> None:
    allowed = min(limit, max(_CHUNK, int(path.stat().st_size * number("reading", "limits.zip_ratio"))))
    written = 0
    try:
        with gzip.open(path) as packed, plain.open("wb") as out:
            while chunk := packed.read(_CHUNK):
                written += len(chunk)
                if written > allowed:
                    raise ReadError("zip-bomb", f"{path.stat().st_size} bytes unpack to more than {allowed}")
                out.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ReadError("damaged", f"the gzip stream ends early or is spoiled: {error}") from None
