"""The rows of the record catalogue, read from a package: one for each of its conversations.

Lives here: the way from published files to `ReleasedRecord` rows. Must not live here: the database they go to, nor fetching the files.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from empathy_assets.engines.packaging.context import LEDGER, Manifest
from empathy_assets.engines.packaging.verify import TABLES, THREADS, UnreadablePackageError, changed_files
from empathy_assets.records.arrow import conform
from empathy_assets.records.ids import record_ref
from empathy_assets.records.released import ReleasedRecord

READ = (*TABLES, LEDGER)
"""The files of a package that the rows are read from."""


def released_records(folder: Path, manifest: Manifest) -> pl.DataFrame:
    """Return the conversations of a package (ReleasedRecord schema), in split order, each with its line in its file.

    Args:
        folder: Local folder that holds at least `READ`.
        manifest: The package's manifest; rows are read from no other bytes than it names.

    Raises:
        UnreadablePackageError: A table is missing, is not the one that the manifest names, or holds no conversations.
    """
    if problems := changed_files(folder, manifest, READ, threads=THREADS):
        raise UnreadablePackageError(
            f"package {manifest.release}: {problems[0]}; expected what its manifest names. Run empathy verify on it"
        )
    try:
        records = pl.concat([_split(folder / name) for name in TABLES]).collect()
        decided = _decisions(folder / LEDGER, records["ref"])
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadablePackageError(f"package {manifest.release} holds no conversations ({reason}); run empathy verify on it") from error
    rows = records.join(decided, on="ref", how="left", maintain_order="left").with_columns(
        pl.col("gates").fill_null(0), pl.col("decision").fill_null("")
    )
    return conform(rows.select(list(ReleasedRecord.model_fields)), ReleasedRecord, name="record catalogue")


def _split(path: Path) -> pl.LazyFrame:
    """Return a split's records with their `ref`, without their words."""
    origin = pl.col("provenance").struct
    numbered = pl.scan_parquet(path).select(pl.col("metadata").struct.unnest()).with_row_index("line", offset=1)
    return numbered.select(
        "id",
        "split",
        pl.col("line").cast(pl.Int64),
        "stage",
        pl.col("labels").struct.field("kind"),
        "source",
        "licence",
        *(origin.field(name) for name in ("file", "file_sha256", "anchor", "record_id", "passage_id")),
        "cluster_id",
        pl.col("exempt_from").list.join(","),
        pl.col("scores").struct.field("ears"),
        record_ref(),
    )


def _decisions(ledger: Path, refs: pl.Series) -> pl.DataFrame:
    """Return `ref`, `gates`, `decision` of the records that the ledger names among `refs`."""
    composed = pl.col("gate") == "composition"
    runs = pl.read_parquet(ledger, columns=["ref", "gate", "passed", "reason"]).with_columns(
        pl.col("ref").rle_id().alias("run"),  # a record's verdicts stand together: runs are counted faster than texts
        (pl.col("passed") & ~composed).alias("gate"),
        pl.when(composed).then(pl.col("reason")).alias("reason"),
    )
    counted = runs.group_by("run", maintain_order=True).agg(
        pl.col("ref").first(), pl.col("gate").sum().cast(pl.Int64), pl.col("reason").drop_nulls().first()
    )
    return (
        counted.join(refs.to_frame(), on="ref", how="semi")
        .group_by("ref")
        .agg(pl.col("gate").sum().alias("gates"), pl.col("reason").drop_nulls().first().alias("decision"))
    )
