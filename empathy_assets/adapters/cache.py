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
import pyarrow.compute
from upath import UPath

from empathy_assets.adapters.storage import atomic_file, read_bytes
from empathy_assets.records.ids import digest

_COMPUTE: Any = pyarrow.compute  # its functions are made when it is imported: no checker knows them


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
    for name, column in zip(frame.columns, frame.to_arrow(compat_level=pl.CompatLevel.oldest()).columns, strict=True):
        h.update(name.encode() + b"\0")
        _feed(h, column.combine_chunks())
    return h.hexdigest()[:32]


def _feed(h: Any, array: Any) -> None:
    """Feed a hash with an Arrow array: type, length, which values are null, and the values that are not."""
    kind = array.type
    h.update(f"{kind} {len(array)};".encode())
    h.update(np.packbits(_values(array.is_valid()) if array.null_count else np.ones(len(array), np.bool_)))
    if pa.types.is_struct(kind):
        for field in array.flatten():  # the fields of a null are null
            _feed(h, field)
        return
    known = array.drop_null() if array.null_count else array
    if pa.types.is_large_list(kind):
        h.update(np.ascontiguousarray(_values(_COMPUTE.list_value_length(known))))
        _feed(h, known.flatten())
    elif pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        h.update(np.ascontiguousarray(_values(_COMPUTE.binary_length(known))))
        _, offsets, text = known.buffers()
        if len(known) and text is not None:
            first, last = np.frombuffer(offsets, np.int64)[[known.offset, known.offset + len(known)]]
            h.update(memoryview(text)[first:last])
    else:
        h.update(np.ascontiguousarray(_values(known)))


def _values(known: Any) -> Any:
    """Return the values of an Arrow array without nulls; numbers and booleans as they lie, since pyarrow's own way imports pandas."""
    kind = known.type
    if not len(known):
        return np.empty(0, np.uint8)
    if not (pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return known.to_numpy(zero_copy_only=False)
    data, stop = known.buffers()[1], known.offset + len(known)
    if pa.types.is_boolean(kind):
        bits = np.unpackbits(np.frombuffer(data, np.uint8)[: -(-stop // 8)], count=stop, bitorder="little")
        return bits[known.offset :].view(np.bool_)
    letter, width = "f" if pa.types.is_floating(kind) else "u" if pa.types.is_unsigned_integer(kind) else "i", kind.bit_width // 8
    return np.frombuffer(data, f"{letter}{width}", len(known), known.offset * width)


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
        held.append(frame)
        rows += frame.height
        if rows < size:
            continue
        joined = pl.concat(held)
        stop = rows // size * size
        yield from chunks(joined[:stop], size)
        held, rows = [joined[stop:]], rows - stop
    if rows:
        yield pl.concat(held)
