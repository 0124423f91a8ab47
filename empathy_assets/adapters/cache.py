"""A content-addressed cache of frames on the storage root: the reason a re-run is cheap and a crash costs one chunk.

Keys are hashes of inputs and versions, never of time or file names; an entry is written atomically or not at all.
"""

import hashlib
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
from upath import UPath

from empathy_assets.adapters.storage import atomic_file, read_bytes
from empathy_assets.records.ids import digest


def fingerprint(frame: pl.DataFrame) -> str:
    """Return a hash of a frame's schema and content (32 hex digits), independent of how it lies in memory.

    Equal frames may differ there: in how text is shared between rows, in masks without a gap, in what stands below a null. A frame just
    computed and the same frame read back from Parquet do. Of one frame it is computed once; frames are never changed in place here.
    """
    known = _KNOWN.get(id(frame))
    if known is not None and known[0]() is frame:
        return known[1]
    return remember(frame, _hashed(frame))


_KNOWN: dict[int, tuple[weakref.ref[pl.DataFrame], str]] = {}


def remember(frame: pl.DataFrame, found: str) -> str:
    """Keep the fingerprint of a frame for as long as the frame lives, and return it: a table that is read knows its own."""
    place = id(frame)
    _KNOWN[place] = (weakref.ref(frame, lambda _: _KNOWN.pop(place, None)), found)
    return found


def _hashed(frame: pl.DataFrame) -> str:
    h = hashlib.sha256()
    # In one piece first: that moves views of texts, where Arrow's joining of pieces would move the texts once more.
    columns = frame.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).columns
    for name, column in zip(frame.columns, columns, strict=True):
        h.update(name.encode() + b"\0")
        _feed(h, column.combine_chunks())
    return h.hexdigest()[:32]


def _feed(h: Any, array: Any) -> None:
    """Feed a hash with an Arrow array: type, length, which values are null, and the values that are not.

    Bits, lengths and numbers are read from Arrow's buffers: `to_numpy` would import pandas, half a second of every process.
    """
    kind = array.type
    h.update(f"{kind} {len(array)};".encode())
    h.update(np.packbits(_bits(array, 0) if array.null_count else np.ones(len(array), dtype=np.uint8)))
    if pa.types.is_struct(kind):
        for field in array.flatten():  # the fields of a null are null
            _feed(h, field)
        return
    known = array.drop_null() if array.null_count else array
    if pa.types.is_large_list(kind):
        h.update(np.diff(_offsets(known)))
        _feed(h, known.flatten())
    elif pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        offsets, text = _offsets(known), known.buffers()[2]
        h.update(np.diff(offsets))
        if len(known) and text is not None:
            h.update(memoryview(text)[offsets[0] : offsets[-1]])
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind):
        width, values = kind.bit_width // 8, known.buffers()[1]
        h.update(memoryview(values or b"")[known.offset * width : (known.offset + len(known)) * width])
    elif pa.types.is_boolean(kind):
        h.update(_bits(known, 1))
    else:
        h.update(known.to_numpy(zero_copy_only=False).tobytes())


def _bits(array: Any, buffer: int) -> NDArray[np.uint8]:
    """Return a byte, 0 or 1, per bit of one of an array's buffers: 0 holds what is valid, 1 holds values that are true or false."""
    packed = array.buffers()[buffer]
    if packed is None:  # an array of nothing but nulls, or of no rows, need not have it
        return np.zeros(len(array), dtype=np.uint8)
    return np.unpackbits(np.frombuffer(packed, np.uint8), count=array.offset + len(array), bitorder="little")[array.offset :]


def _offsets(array: Any) -> NDArray[np.int64]:
    """Return where the items of an array's lists or texts begin, and where the last ends."""
    buffer = array.buffers()[1]
    return np.frombuffer(buffer, np.int64)[array.offset : array.offset + len(array) + 1] if len(array) else np.zeros(1, np.int64)


class FrameCache:
    """Frames kept under `root/<namespace>/<key>.parquet`."""

    def __init__(self, root: UPath) -> None:
        self.root = root
        self.hits = 0
        self.misses = 0

    def _path(self, namespace: str, key: tuple[str, ...]) -> UPath:
        return self.root / namespace / f"{digest(*key)}.parquet"

    def has(self, namespace: str, *key: str) -> bool:
        """Return whether an entry is kept under `key`."""
        return self._path(namespace, key).exists()

    def put(self, namespace: str, *key: str, frame: pl.DataFrame) -> None:
        """Keep `frame` under `key`."""
        with atomic_file(self._path(namespace, key)) as scratch:
            frame.write_parquet(scratch, compression="zstd", compression_level=1, statistics=False)  # nobody looks for a row in it

    def recall(self, namespace: str, *key: str) -> pl.DataFrame | None:
        """Return the frame kept under `key`, or None; a damaged entry is as good as none."""
        try:
            return pl.read_parquet(read_bytes(self._path(namespace, key)))
        except (FileNotFoundError, pl.exceptions.PolarsError):
            return None

    def get(self, namespace: str, *key: str, compute: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the frame kept under `key`, or compute and keep it.

        Args:
            namespace: Folder of the entry, e.g. `scoring`.
            key: Everything the result depends on: input fingerprints and versions.
            compute: Called on a miss; must depend on nothing that is not in `key`.
        """
        kept = self.recall(namespace, *key)
        if kept is not None:
            self.hits += 1
            return kept
        self.misses += 1
        frame = compute()
        self.put(namespace, *key, frame=frame)
        return frame


def chunks(frame: pl.DataFrame, size: int) -> Iterator[pl.DataFrame]:
    """Yield consecutive slices of `size` rows; nothing for an empty frame."""
    for start in range(0, frame.height, size):
        yield frame.slice(start, size)


def rechunked(frames: Iterable[pl.DataFrame], size: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of consecutive frames as `chunks` would those of their sum, holding no more than a frame and a chunk."""
    held: list[pl.DataFrame] = []
    rows = 0
    for frame in frames:
        if not held and frame.height == size:
            yield frame  # as it is: what is known of it, such as its hash, stays known
            continue
        held.append(frame)
        rows += frame.height
        if rows < size:
            continue
        joined = pl.concat(held)
        stop = rows // size * size
        yield from chunks(joined[:stop], size)
        held, rows = [joined[stop:]], rows - stop
    if rows:
        yield held[0] if len(held) == 1 else pl.concat(held)
