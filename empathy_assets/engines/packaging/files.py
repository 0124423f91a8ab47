"""The record files of a package: chat JSONL and Parquet per split, and the optional formats.

Lives here: shapes and bytes of record files, and their description. Must not live here: manifest, report, refusals, in which order or on
which thread they are written.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets.engines.packaging.context import EXPORTS
from empathy_assets.policy.load import number
from empathy_assets.records.conversation import SPLITS
from empathy_assets.records.ids import file_sha256
from empathy_assets.records.package import PackageFile

PARQUET_COMPRESSION = "zstd"
_LEVEL = 3
_META = (
    "id",
    "stage",
    "source",
    "licence",
    "provenance",
    "labels",
    "scores",
    "exempt_from",
    "schema_version",
    "pipeline_version",
    "cluster_id",
    "split",
)


class UnknownExportError(ValueError):
    """A format was asked for that packages are not written in."""


def chat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the published shape: `messages` (list of role, content) and `metadata` (all other fields), sorted by id."""
    return frame.sort("id", "cluster_id").select(pl.col("turns").alias("messages"), pl.struct(*_META).alias("metadata"))


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame with the fixed compression and row groups of packages: same frame, same bytes."""
    rows = int(number("gates", "package.row_group"))
    frame.write_parquet(path, compression=PARQUET_COMPRESSION, compression_level=_LEVEL, row_group_size=rows, statistics=True)


def _write_csv(published: pl.DataFrame, path: Path) -> None:
    meta = pl.col("metadata").struct
    flat = published.select(
        meta.field("id"),
        meta.field("split"),
        meta.field("stage"),
        meta.field("source"),
        meta.field("licence"),
        meta.field("scores").struct.field("ears"),
        pl.struct("messages").struct.json_encode().alias("messages"),
    )
    flat.write_csv(path)


_CONTEXT = {"@vocab": "https://schema.org/", "licence": "license", "turns": "hasPart"}


def _linked(messages: Sequence[Mapping[str, str]], meta: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@type": "Conversation",
        "@id": f"urn:empathy:{meta['id']}",
        "licence": meta["licence"],
        "isPartOf": meta["split"],
        "genre": meta["stage"],
        "isBasedOn": meta["provenance"],
        "turns": [{"@type": "Message", "position": i, "sender": m["role"], "text": m["content"]} for i, m in enumerate(messages)],
    }


def _write_linked(published: pl.DataFrame, path: Path) -> None:
    """Write one JSON-LD document, one conversation per line of its graph, without holding it whole."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(f'{{"@context": {json.dumps(_CONTEXT, sort_keys=True)}, "@graph": [')
        for place, row in enumerate(published.iter_rows()):
            out.write((",\n" if place else "\n") + json.dumps(_linked(*row), ensure_ascii=False, sort_keys=True))
        out.write("\n]}\n")


def _write_webdataset(published: pl.DataFrame, path: Path) -> None:
    """Write one member `<id>.json` per conversation; owner and time are fixed, so that bytes are."""
    names = published["metadata"].struct.field("id").to_list()
    lines = published.select(pl.struct("messages", "metadata").struct.json_encode()).to_series().to_list()
    with path.open("wb") as raw, tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as out:
        for name, line in zip(names, lines, strict=True):
            data = line.encode("utf-8")
            info = tarfile.TarInfo(f"{name}.json")
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))


def _write_ndjson(published: pl.DataFrame, path: Path) -> None:
    published.write_ndjson(path)


_WRITERS: Mapping[str, tuple[str, Callable[[pl.DataFrame, Path], None]]] = {
    "parquet": (".parquet", write_parquet),
    "jsonl": (".jsonl", _write_ndjson),
    "csv": (".csv", _write_csv),
    "json-ld": (".jsonld", _write_linked),
    "webdataset": (".tar", _write_webdataset),
}


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file of records that is yet to be written.

    Attributes:
        name: Its name in the package.
        rows: Records in it.
        write: Writes it to a path.
    """

    name: str
    rows: int
    write: Callable[[Path], None]

    def into(self, folder: Path) -> PackageFile:
        """Write the file into a folder and return its description."""
        self.write(folder / self.name)
        return described(folder / self.name, self.rows)


def described(path: Path, rows: int | None = None) -> PackageFile:
    """Return name, size and hash of a file of a package, with the records in it if it holds any."""
    return PackageFile(name=path.name, bytes=path.stat().st_size, sha256=file_sha256(path), rows=rows)


def published_splits(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return split -> its conversations as published (`chat`), of a release (SplitConversation schema)."""
    return {split: chat(frame.filter(pl.col("split") == split)) for split in SPLITS}


def record_files(splits: Mapping[str, pl.DataFrame], formats: Sequence[str]) -> list[RecordFile]:
    """Return the splits as files of these formats, ready to be written in any order, or side by side.

    Args:
        splits: Result of `published_splits`.
        formats: `parquet`, `jsonl`, or any of `EXPORTS`.

    Raises:
        UnknownExportError: A format is none of them.
    """
    unknown = sorted(set(formats) - set(_WRITERS))
    if unknown:
        raise UnknownExportError(
            f"export formats {unknown} are unknown; expected any of {list(EXPORTS)}: correct the release's configuration"
        )
    return [
        RecordFile(split + suffix, published.height, partial(write, published))
        for split, published in splits.items()
        for suffix, write in (_WRITERS[name] for name in formats)
    ]
