"""The explain command: a record's life from file to release, or a sample of what was dropped and why."""

from typing import Any

import dagster as dg
import polars as pl
from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.io_manager import ParquetIOManager
from empathy_assets.adapters.settings import Settings
from empathy_assets.records.conversation import STAGES
from empathy_assets.records.ids import record_ref

_MATCHES = 5  # records shown when a piece of text fits several


class NotFoundError(ValueError):
    """Nothing in the release's stages fits what was asked for."""


def life_of(what: str, release: str, settings: Settings) -> list[dict[str, Any]]:
    """Return the records whose id starts with, or whose text contains, `what`: provenance, scores, verdicts, split.

    Raises:
        NotFoundError: No record fits.
        FileNotFoundError: The release was never built on this storage root.
    """
    tables = ParquetIOManager(root_uri=settings.storage)
    text = pl.col("turns").list.eval(pl.element().struct.field("content")).list.join("\n")
    fits = pl.col("id").str.starts_with(what) | text.str.contains(what, literal=True)
    found: list[pl.DataFrame] = []
    for stage in STAGES:
        rows = tables.read(dg.AssetKey([stage]), release)
        found.append(rows.filter(fits).head(_MATCHES))
    records = pl.concat(found).with_columns(record_ref()).head(_MATCHES)
    if records.is_empty():
        raise NotFoundError(
            f"no record of release {release} has an id that starts with, or a text that contains, {what!r}; check quarantine/ too"
        )
    ledger = tables.read(dg.AssetKey("verdicts"), release).filter(pl.col("ref").is_in(records["ref"].implode()))
    splits = _splits(tables, release, records)
    return [
        row | {"verdicts": ledger.filter(pl.col("ref") == row["ref"]).to_dicts(), "split": splits.get(row["id"], "")}
        for row in records.iter_rows(named=True)
    ]


def _splits(tables: ParquetIOManager, release: str, records: pl.DataFrame) -> dict[str, str]:
    try:
        rows = tables.read(dg.AssetKey("split"), release)
    except FileNotFoundError:
        return {}
    return dict(rows.filter(pl.col("id").is_in(records["id"].implode())).select("id", "split").iter_rows())


def dropped(release: str, settings: Settings, *, reason: str, sample: int) -> pl.DataFrame:
    """Return `sample` failed verdicts (Verdict schema) whose gate or reason contains `reason`, spread evenly over the ledger."""
    ledger = ParquetIOManager(root_uri=settings.storage).read(dg.AssetKey("verdicts"), release)
    failed = ledger.filter(~pl.col("passed") & ((pl.col("gate") == reason) | pl.col("reason").str.contains(reason, literal=True)))
    step = max(1, failed.height // max(1, sample))
    return failed.gather_every(step).head(sample)


def print_life(lives: list[dict[str, Any]], console: Console) -> None:
    """Print each record's origin, text and verdicts."""
    for life in lives:
        origin = life["provenance"]
        place = " ".join(str(origin[k]) for k in ("file", "anchor", "plan_row_id", "passage_id") if origin[k])
        console.rule(f"{life['id']}  {life['stage']}")
        console.print(
            f"source   {life['source']}  {place}\nlicence  {life['licence']}\nsplit    {life['split'] or 'not admitted'}",
            highlight=False,
            markup=False,
        )
        for turn in life["turns"]:
            console.print(f"  {turn['role']}: {turn['content']}", highlight=False, markup=False)
        table = Table("gate", "passed", "score", "reason")
        for verdict in life["verdicts"]:
            score = "" if verdict["score"] is None else f"{verdict['score']:.3f}"
            table.add_row(verdict["gate"], "yes" if verdict["passed"] else "[red]no[/]", score, verdict["reason"])
        console.print(table)


def print_dropped(verdicts: pl.DataFrame, console: Console) -> None:
    """Print failed verdicts, one line each."""
    table = Table("id", "stage", "gate", "reason")
    for row in verdicts.iter_rows(named=True):
        table.add_row(row["id"], row["stage"], row["gate"], row["reason"])
    console.print(table)
