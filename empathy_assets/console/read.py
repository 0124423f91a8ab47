"""The read command: the readers of the source assets on any file or folder."""

from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.landing import KINDS, read_paths
from empathy_assets.console.progress import live


def run_read(paths: list[Path], out: Path, rights: Path | None, kind: str, console: Console) -> dict[str, Any]:
    """Read `paths`, write `records.jsonl` and `rejects.jsonl` to `out`, return counts.

    Args:
        paths: Files and folders.
        out: Folder to write to; made if it is not there.
        rights: Declarations; None looks for `rights.toml` from each file upwards.
        kind: `auto`, `book`, `transcript`, `papers` or `conversations`.
        console: Where progress is shown.

    Raises:
        ValueError: `kind` is unknown.
    """
    if kind not in ("auto", *KINDS):
        raise ValueError(f"--kind {kind!r} is unknown; expected one of auto, {', '.join(KINDS)}")
    with live(console) as progress:
        task = progress.add_task("reading", total=None, unit="files")

        def shown(done: int, total: int, name: str) -> None:
            progress.update(task, completed=done, total=total, description=name)

        landed = read_paths(paths, rights, kind, progress=shown)
    records, rejects = (landed.passages, landed.conversations), landed.rejects
    out.mkdir(parents=True, exist_ok=True)
    with (out / "records.jsonl").open("wb") as handle:
        for frame in records:
            frame.write_ndjson(handle)
    rejects.write_ndjson(out / "rejects.jsonl")
    return {"records": sum(f.height for f in records), "rejects": rejects.height, "out": str(out), "files": _by_file(records, rejects)}


def _by_file(records: tuple[pl.DataFrame, ...], rejects: pl.DataFrame) -> list[dict[str, Any]]:
    """Return one row per file: its kind, counts of records and rejects, and its reasons, most frequent first."""
    found = pl.concat([f.select("source", pl.col("provenance").struct.field("file")) for f in records])
    counted = found.group_by("file").agg(pl.first("source"), pl.len().alias("records"))
    reasons = pl.col("reason").value_counts(sort=True).struct.field("reason").implode().list.join(", ")
    lost = rejects.group_by("file").agg(pl.first("source").alias("asset"), pl.len().alias("rejects"), reasons.alias("reason"))
    joined = counted.join(lost, on="file", how="full", coalesce=True)
    kind = pl.coalesce("source", "asset").replace_strict({source: kind for kind, source in KINDS.items()}).alias("kind")
    counts = pl.col("records", "rejects").fill_null(0)
    return joined.select("file", kind, counts, pl.col("reason").fill_null("")).sort("file").to_dicts()


def print_read(facts: dict[str, Any], console: Console) -> None:
    """Print one line per file."""
    table = Table("file", "kind", "records", "rejects", "reason")
    for row in facts["files"]:
        table.add_row(row["file"], row["kind"], f"{row['records']:,}", f"{row['rejects']:,}", row["reason"])
    console.print(table)
    console.print(f"{facts['records']:,} records, {facts['rejects']:,} rejects in {facts['out']}", highlight=False)
