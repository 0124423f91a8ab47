"""The Parquet IO manager: every stored table goes through here, checked against its record model on write and on read.

Lives here: where an asset's table lies, schema enforcement, write-once protection of published releases, standard metadata.
Must not live here: what a table means. Handles no, one and many partitions, local paths and `s3://`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import dagster as dg
import polars as pl
from pydantic import BaseModel, Field, PrivateAttr
from upath import UPath

from empathy_assets.adapters.cache import fingerprint, remember
from empathy_assets.adapters.held_tables import HeldTables
from empathy_assets.adapters.releases import frozen_error, is_published
from empathy_assets.adapters.storage import atomic_file, local_copy, storage_root, stored_sha256
from empathy_assets.policy.releases import releases
from empathy_assets.records.arrow import SchemaMismatchError, arrow_schema, conform
from empathy_assets.records.catalog import RECORDS
from empathy_assets.records.versions import SCHEMA_VERSION

RECORD_KEY = "empathy/record"
"""Definition metadata key under which an asset names the record model of its table."""

_ROW_GROUP = 8_192  # rows; small enough to stream, large enough to compress


class Handed:
    """A table on its way to storage. Dagster keeps every output of a run in one process until the run ends: this it may keep, empty."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame: pl.DataFrame | None = frame

    def take(self) -> pl.DataFrame:
        """Return the table, once.

        Raises:
            ValueError: It has been taken.
        """
        frame, self._frame = self._frame, None
        if frame is None:
            raise ValueError("found a table that was stored before, expected one that was not; hand it over once")
        return frame


def column_schema(model: type[BaseModel]) -> dg.TableSchema:
    """Return the Dagster column schema of a record model, descriptions included."""
    columns = [
        dg.TableColumn(
            name=f.name, type=str(f.type).replace("large_", ""), description=(f.metadata or {}).get(b"description", b"").decode()
        )
        for f in arrow_schema(model)
    ]
    return dg.TableSchema(columns=columns)


class ParquetIOManager(dg.ConfigurableIOManager):
    """Tables as Parquet under `<root>/<asset>/[<partition>/]data.parquet`.

    The table of a write-once release (`v*`) may be rewritten until the release is published; afterwards only with the same bytes.
    """

    root_uri: str = Field(description="Storage root: a local folder or `s3://bucket/prefix`.")
    _held: HeldTables = PrivateAttr(default_factory=HeldTables)

    @property
    def root(self) -> UPath:
        """The storage root."""
        return storage_root(self.root_uri)

    def path(self, asset_key: dg.AssetKey, partition: str | None) -> UPath:
        """Return where the table of an asset (partition) lies."""
        folder = self.root.joinpath(*asset_key.path)
        return (folder / partition if partition else folder) / "data.parquet"

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write a frame, handed over or not, or one frame per partition given as a dict.

        Raises:
            SchemaMismatchError: The frame does not have the columns of the asset's record model.
            ReleaseFrozenError: A published write-once release would change.
        """
        model = RECORDS[str(context.definition_metadata[RECORD_KEY])]
        obj = obj.take() if isinstance(obj, Handed) else obj
        keys: list[str | None] = list(context.asset_partition_keys) if context.has_asset_partitions else [None]
        frames = cast("dict[str | None, pl.DataFrame]", obj if isinstance(obj, dict) else dict.fromkeys(keys, obj))
        if set(frames) != set(keys):
            raise ValueError(
                f"{context.asset_key.to_user_string()}: found frames for {sorted(map(str, frames))}, expected one per partition {keys}"
            )
        written = {key: self._write(context.asset_key, key, frames[key], model) for key in keys}
        if len(keys) == 1:  # figures of several partitions in one run would overwrite each other
            context.add_output_metadata(written[keys[0]])
        else:
            context.add_output_metadata({"partitions": {str(key): figures for key, figures in written.items()}})

    def _write(self, asset_key: dg.AssetKey, partition: str | None, frame: pl.DataFrame, model: type[BaseModel]) -> dict[str, Any]:
        name = asset_key.to_user_string() + (f"[{partition}]" if partition else "")
        target = self.path(asset_key, partition)
        frame = conform(frame, model, name=name)
        content = fingerprint(frame)
        if self._footer(target).get("content") != content:
            with atomic_file(target) as scratch:
                footer = {"record": model.__name__, "schema_version": SCHEMA_VERSION, "content": content}
                frame.write_parquet(scratch, compression="zstd", compression_level=3, row_group_size=_ROW_GROUP, metadata=footer)
                if partition and self._is_final(partition) and target.exists():
                    raise frozen_error(partition, name, content, self._footer(target).get("content", ""))
        held = frame.rechunk()  # of hundreds of pieces each step would be slower
        remember(held, content)
        self._held.put(content, held)
        found = stored_sha256(target)
        rows = "dagster/partition_row_count" if partition else "dagster/row_count"
        return {rows: frame.height, "dagster/uri": str(target), "sha256": found}

    @staticmethod
    def _footer(target: UPath) -> dict[str, str]:
        """Return the key-value metadata of a stored table; empty if there is none or it is damaged."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with target.open("rb") as handle:  # pyarrow fetches the end of the file only
                found = pq.read_metadata(handle).metadata or {}
        except (FileNotFoundError, pa.ArrowInvalid):
            return {}
        return {key.decode(): value.decode() for key, value in found.items()}

    def _is_final(self, partition: str) -> bool:
        release = releases().get(partition)
        return release is not None and not release.rolling and is_published(self.root, partition)

    def load_input(self, context: dg.InputContext) -> pl.DataFrame | dict[str, pl.DataFrame]:
        """Read the upstream table; a dict by partition key if several partitions are asked for.

        Raises:
            FileNotFoundError: The upstream asset (partition) was never materialized on this storage root.
            SchemaMismatchError: The stored table has another schema than its record model.
        """
        if not context.has_asset_partitions:
            return self.read(context.asset_key, None)
        keys = list(context.asset_partition_keys)
        if len(keys) == 1:
            return self.read(context.asset_key, keys[0])
        return {key: self.read(context.asset_key, key) for key in keys}

    def read(self, asset_key: dg.AssetKey, partition: str | None, columns: Sequence[str] | None = None) -> pl.DataFrame:
        """Read one stored table, or some of its columns, checked against the record model named in its footer.

        Raises:
            FileNotFoundError: It was never materialized on this storage root.
            SchemaMismatchError: It has another schema than its record model.
        """
        held = self._held.get(self._footer(self.path(asset_key, partition)).get("content", ""))
        if held is not None:
            return held.select(columns) if columns else held
        with self._checked(asset_key, partition) as (file, name, footer):
            frame = pl.read_parquet(file, columns=list(columns) if columns else None)
        if columns:
            return frame
        whole = conform(frame, RECORDS[footer["record"]], name=name)
        if "content" in footer:
            remember(whole, footer["content"])
            self._held.put(footer["content"], whole)
        return whole

    @contextmanager
    def scan(self, asset_key: dg.AssetKey, partition: str | None) -> Iterator[pl.LazyFrame]:
        """Yield one stored table to ask questions of, without reading what they do not touch; collect inside the block.

        Raises:
            FileNotFoundError: It was never materialized on this storage root.
            SchemaMismatchError: It was written by another version.
        """
        with self._checked(asset_key, partition) as (file, _, _):
            yield pl.scan_parquet(file)

    @contextmanager
    def _checked(self, asset_key: dg.AssetKey, partition: str | None) -> Iterator[tuple[Path, str, dict[str, str]]]:
        """Yield a local file of the table, its name and its footer, once that was found right."""
        target = self.path(asset_key, partition)
        name = asset_key.to_user_string() + (f"[{partition}]" if partition else "")
        if not target.exists():
            remedy = f"dagster asset materialize -m empathy_assets.definitions --select {asset_key.to_user_string()}"
            raise FileNotFoundError(f"{name} not found at {target}; expected its table there. Build it first: {remedy}")
        with local_copy(target) as file:
            footer = pl.read_parquet_metadata(file)
            record = footer.get("record", "")
            if record not in RECORDS or footer.get("schema_version") != SCHEMA_VERSION:
                raise SchemaMismatchError(
                    f"{name} at {target} was written as {record or 'an unknown record'} schema {footer.get('schema_version')}, "
                    f"expected one of {sorted(RECORDS)} schema {SCHEMA_VERSION}. Materialize the asset again."
                )
            yield file, name, footer
