"""The read command: the readers of the source assets on any file or folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from empathy_assets.adapters.landing import read_paths
from empathy_assets.engines.reading.papers.read import read_paper_file
from empathy_assets.engines.reading.rights import parse_rights
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.licence import Rights
from empathy_assets.records.passage import Passage
from empathy_assets.records.reject import Reject


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
    kinds = ("auto", "book", "transcript", "papers", "conversations")
    if kind not in kinds:
        raise ValueError(f"--kind {kind!r} is unknown; expected one of {', '.join(kinds)}")
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def shown(done: int, total: int, name: str) -> None:
            progress.update(task, completed=done, total=total, description=name)

        records, rejects = _papers(paths, rights) if kind == "papers" else _landed(paths, rights, kind, shown)
    out.mkdir(parents=True, exist_ok=True)
    with (out / "records.jsonl").open("wb") as handle:
        for frame in records:
            frame.write_ndjson(handle)
    rejects.write_ndjson(out / "rejects.jsonl")
    by_file = pl.concat([f.select(pl.col("provenance").struct.field("file"), pl.lit(1).alias("records")) for f in records])
    counted = (
        by_file.group_by("file")
        .len("records")
        .join(rejects.group_by("file").agg(pl.len().alias("rejects"), pl.first("reason")), on="file", how="full", coalesce=True)
    )
    files = counted.with_columns(pl.col("records", "rejects").fill_null(0), pl.col("reason").fill_null("")).sort("file")
    return {"records": by_file.height, "rejects": rejects.height, "out": str(out), "files": files.to_dicts()}


def _landed(
    paths: list[Path], rights: Path | None, kind: str, shown: Callable[[int, int, str], None]
) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    landed = read_paths(paths, rights, kind, progress=shown)
    return [landed.passages, landed.conversations], landed.rejects


def _papers(paths: list[Path], rights: Path | None) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    declared = parse_rights(rights.read_text(encoding="utf-8")) if rights else None

    def of(relative: str) -> Rights | None:
        return declared.lookup(relative) if declared else None

    files = sorted({f for p in paths for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file() and f.suffix != ".toml"})
    passages: list[Passage] = []
    rejects: list[Reject] = []
    for file in files:
        kept, lost = read_paper_file(file, relative=file.name, rights=of(file.name))
        passages += kept
        rejects += lost
    return [to_frame(passages, Passage)], to_frame(rejects, Reject)


def print_read(facts: dict[str, Any], console: Console) -> None:
    """Print one line per file."""
    table = Table("file", "records", "rejects", "reason")
    for row in facts["files"]:
        table.add_row(row["file"], f"{row['records']:,}", f"{row['rejects']:,}", row["reason"])
    console.print(table)
    console.print(f"{facts['records']:,} records, {facts['rejects']:,} rejects in {facts['out']}", highlight=False)
