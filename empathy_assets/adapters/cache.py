"""A content-addressed cache of frames on the storage root: the reason a re-run is cheap and a crash costs one chunk.

Keys are hashes of inputs and versions, never of time or file names; an entry is written atomically or not at all.
"""

import hashlib
import io
from collections.abc import Callable, Iterator

import polars as pl
from upath import UPath

from empathy_assets.adapters.storage import atomic_file, read_bytes
from empathy_assets.records.ids import digest


def fingerprint(frame: pl.DataFrame) -> str:
    """Return a hash of a frame's schema and content (32 hex digits), independent of how it is chunked in memory."""
    h = hashlib.sha256()
    buffer = io.BytesIO()
    frame.rechunk().write_ipc_stream(buffer, compression="uncompressed")
    h.update(buffer.getbuffer())
    return h.hexdigest()[:32]


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
            frame.write_parquet(scratch, compression="zstd", compression_level=1)

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
