"""Files as text, piece by piece or line by line: the encoding of a whole file without holding it.

Lives here: the choice of codec for a stream and the cutting. Must not live here: what encodings look like (text), what lines mean.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from empathy_assets.engines.reading.text import decode, encoding_of

_CHUNK = 1 << 20
_PIECE = 1 << 22


def encoding_of_file(path: Path) -> str:
    """Return a codec for the whole file, looking at all of it in pieces."""
    with path.open("rb") as stream:
        sample = stream.read(_CHUNK)
        named = encoding_of(sample[: sample.rfind(b"\n") + 1] or sample)
        if named != "utf-8":
            return named
        stream.seek(0)
        return "utf-8" if _is_utf8(stream) else "cp1252"


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def text_pieces(path: Path) -> Iterator[str]:
    """Yield the text of a file in pieces, with line feeds as line ends; only text that is no UTF-8 is held as a whole."""
    if encoding_of_file(path) not in ("utf-8", "utf-8-sig"):
        yield decode(path.read_bytes())
        return
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")("replace"), translate=True)
    with path.open("rb") as stream:
        while chunk := stream.read(_PIECE):
            if piece := decoder.decode(chunk):
                yield piece
    yield decoder.decode(b"", final=True)


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, text); see `decoded`."""
    encoding = encoding_of_file(path)
    if encoding.startswith("utf-16") or encoding.startswith("utf-32"):
        yield from enumerate(decode(path.read_bytes()).split("\n"), start=1)
        return
    with path.open("rb") as stream:
        yield from decoded(enumerate(stream, start=1))


def decoded(rows: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, str]]:
    """Yield (number, text) of (number, bytes); a line that is no UTF-8 is read in the code page that fits it."""
    for number, row in rows:
        try:
            yield number, row.decode("utf-8")
        except UnicodeDecodeError:
            yield number, decode(row)
