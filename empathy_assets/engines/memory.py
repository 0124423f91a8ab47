"""The memory an engine may be handed: frames kept by key between runs.

Lives here: what is asked of it. Must not live here: where it keeps them (the cache of the storage layer is one).
"""

from collections.abc import Callable
from typing import Protocol

import polars as pl


class Memory(Protocol):
    """Where frames are kept by key between runs; a key names everything besides the version of this code that a frame depends on."""

    def recall(self, namespace: str, *key: str) -> pl.DataFrame | None:
        """Return the frame kept under `key`, or None."""
        ...

    def put(self, namespace: str, *key: str, frame: pl.DataFrame) -> None:
        """Keep `frame` under `key`."""
        ...

    def get(self, namespace: str, *key: str, compute: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """Return the frame kept under `key`, or compute and keep it."""
        ...
