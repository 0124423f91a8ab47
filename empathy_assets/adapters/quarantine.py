"""The quarantine: one table of rejects per source on the storage root, replaced whole whenever that source is read."""

import polars as pl
from upath import UPath

from empathy_assets.adapters.storage import atomic_file, read_bytes
from empathy_assets.records.arrow import conform, empty_frame
from empathy_assets.records.reject import Reject

FOLDER = "quarantine"


class Quarantine:
    """Rejects under `<root>/quarantine/<source>.parquet`."""

    def __init__(self, root: UPath) -> None:
        self.root = root / FOLDER

    def write(self, source: str, rejects: pl.DataFrame) -> None:
        """Replace the rejects of `source`."""
        with atomic_file(self.root / f"{source}.parquet") as scratch:
            conform(rejects, Reject, name=f"rejects of {source}").write_parquet(scratch, compression="zstd")

    def read(self, source: str) -> pl.DataFrame:
        """Return the rejects of one source; an empty frame if it was never read."""
        path = self.root / f"{source}.parquet"
        return pl.read_parquet(read_bytes(path)) if path.exists() else empty_frame(Reject)

    def read_all(self) -> pl.DataFrame:
        """Return the rejects of all sources, by source and file."""
        if not self.root.exists():
            return empty_frame(Reject)
        frames = [pl.read_parquet(read_bytes(p)) for p in sorted(self.root.glob("*.parquet"), key=str)]
        return pl.concat([empty_frame(Reject), *frames]).sort("source", "file", "position", "reason")
