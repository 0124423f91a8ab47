"""The explain command: a record's life from file to release, or a sample of what was dropped and why."""

import re
from typing import Any

import dagster as dg
import polars as pl
from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.catalogue import CatalogueError
from empathy_assets.adapters.io_manager import ParquetIOManager
from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.adapters.record_catalogue import drop_gone, find
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root
from empathy_assets.console.releases import catalogue_of
from empathy_assets.records.arrow import empty_frame
from empathy_assets.records.conversation import STAGES
from empathy_assets.records.ids import record_ref
from empathy_assets.records.passage import Passage

_MATCHES = 5  # records shown when a piece of text fits several
_WORKS = ("books", "academic_findings", "transcripts")
_SAID = pl.col("turns").list.eval(pl.element().struct.field("content")).list.join("\n")
_ID = re.compile(r"[cp]-[0-9a-f]{4,32}")
_ID_SHOWN = 18  # characters of an id in a table: enough to be the only one, short enough not to be cut
_EXCERPT = 300  # characters shown of a passage


class NotFoundError(ValueError):
    """Nothing that was landed, generated or released fits what was asked for."""


def life_of(what: str, release: str, settings: Settings) -> list[dict[str, Any]]:
    """Return what became of `what`: conversations of the release, else passages of landed works, and what was quarantined.

    Args:
        what: Beginning of an id, a piece of a text, or the name of a landed file.
        release: Release key.
        settings: Where the storage root is.

    Returns:
        One object per find, by `kind`: `conversation` (the record with its verdicts and split), `passage` (with the conversations grounded
        on it and their fate), `quarantined` (file, position, reason, remedy), or `released` where only another release holds it.

    Raises:
        NotFoundError: Nothing fits.
        FileNotFoundError: The release was never built on this storage root.
    """
    tables = ParquetIOManager(root_uri=settings.storage)
    rows = [_asked(tables, stage, release, _fits(what, _SAID), _MATCHES) for stage in STAGES]
    found = _conversations(tables, release, pl.concat(rows))[:_MATCHES]
    if not found:
        found = _passages(what, tables, release)
    found += _quarantined(what, settings)
    return found or _released(what, release, settings)


def _asked(tables: ParquetIOManager, asset: str, release: str, where: pl.Expr, limit: int | None = None) -> pl.DataFrame:
    """Return the rows of a release's table for which `where` holds, the first `limit` of them."""
    with tables.scan(dg.AssetKey([asset]), release) as table:
        chosen = table.filter(where)
        return (chosen if limit is None else chosen.head(limit)).collect()


def _fits(what: str, text: pl.Expr) -> pl.Expr:
    by_id = pl.col("id").str.starts_with(what)
    if _ID.fullmatch(what):  # nobody's words: the texts need not be read
        return by_id
    return by_id | text.str.contains(what, literal=True) | _named(pl.col("provenance").struct.field("file"), what)


def _named(file: pl.Expr, what: str) -> pl.Expr:
    """Return whether a file is called `what`, with or without its folders."""
    return (file == what) | file.str.ends_with(f"/{what}")


def _conversations(tables: ParquetIOManager, release: str, rows: pl.DataFrame) -> list[dict[str, Any]]:
    if rows.is_empty():
        return []
    """Return records with their verdicts and split, those that were released first."""
    records = rows.with_columns(record_ref())
    ledger = _asked(tables, "verdicts", release, pl.col("ref").is_in(records["ref"].to_list()))
    splits = _splits(tables, release, records)
    lives = [
        {"kind": "conversation"}
        | row
        | {"verdicts": ledger.filter(pl.col("ref") == row["ref"]).to_dicts(), "split": splits.get(row["id"], "")}
        for row in records.iter_rows(named=True)
    ]
    return sorted(lives, key=lambda life: not life["split"])


def _passages(what: str, tables: ParquetIOManager, release: str) -> list[dict[str, Any]]:
    """Return the landed passages that fit, each with the conversations that rest on it and whether the release admitted them."""
    found = [_passages_of(source, tables).filter(_fits(what, pl.col("text"))).head(_MATCHES) for source in _WORKS]
    passages = pl.concat(found).head(_MATCHES)
    if passages.is_empty():
        return []
    used = pl.col("provenance").struct.field("passage_id")
    rows = pl.concat([_asked(tables, stage, release, used.is_in(passages["id"].to_list())) for stage in STAGES])
    resting = rows.select("id", record_ref(), used)
    ledger = _asked(tables, "verdicts", release, pl.col("ref").is_in(resting["ref"].to_list()))
    last = ledger.filter(~pl.col("passed")).unique("ref", keep="first", maintain_order=True).select("ref", "gate", "reason")
    fates = resting.join(last, on="ref", how="left", maintain_order="left")
    return [
        {"kind": "passage"} | row | {"conversations": fates.filter(pl.col("passage_id") == row["id"]).drop("ref", "passage_id").to_dicts()}
        for row in passages.iter_rows(named=True)
    ]


def _passages_of(source: str, tables: ParquetIOManager) -> pl.DataFrame:
    try:
        return tables.read(dg.AssetKey(source), None)
    except FileNotFoundError:
        return empty_frame(Passage)


def _quarantined(what: str, settings: Settings) -> list[dict[str, Any]]:
    rejects = Quarantine(storage_root(settings.storage)).read_all()
    fits = _named(pl.col("file"), what) | pl.col("file_sha256").str.starts_with(what)
    return [{"kind": "quarantined"} | row for row in rejects.filter(fits).head(_MATCHES).to_dicts()]


def _released(what: str, release: str, settings: Settings) -> list[dict[str, Any]]:
    """Return where other releases hold what this one does not."""
    unasked = ""
    try:
        catalogue = catalogue_of(settings)
        drop_gone(catalogue)
        rows = find(catalogue, what).head(_MATCHES).to_dicts()
    except CatalogueError as error:
        rows, unasked = [], f"; other releases were not asked, since {error}"
    if not rows:
        raise NotFoundError(
            f"nothing in release {release}, in the landed passages or in quarantine has an id or file that begins with, or a text that "
            f"contains, {what!r}; expected an id, a piece of a text word for word, or a file name{unasked}"
        )
    return [row | {"kind": "released"} for row in rows]  # not the kind of conversation, which the catalogue has too


def _splits(tables: ParquetIOManager, release: str, records: pl.DataFrame) -> dict[str, str]:
    try:
        rows = _asked(tables, "split", release, pl.col("id").is_in(records["id"].to_list()))
    except FileNotFoundError:
        return {}
    return dict(rows.select("id", "split").iter_rows())


def dropped(release: str, settings: Settings, *, reason: str, sample: int) -> pl.DataFrame:
    """Return `sample` failed verdicts (Verdict schema) whose gate or reason contains `reason`, spread evenly over the ledger."""
    fits = (pl.col("gate") == reason) | pl.col("reason").str.contains(reason, literal=True)
    failed = _asked(ParquetIOManager(root_uri=settings.storage), "verdicts", release, ~pl.col("passed") & fits)
    step = max(1, failed.height // max(1, sample))
    return failed.gather_every(step).head(sample)


def print_life(lives: list[dict[str, Any]], console: Console) -> None:
    """Print each find: a conversation's origin, text and verdicts; a passage's use; the reason something is in quarantine."""
    show = {"conversation": _print_conversation, "passage": _print_passage, "quarantined": _print_quarantined, "released": _print_released}
    for life in lives:
        show[life["kind"]](life, console)


def _print_conversation(life: dict[str, Any], console: Console) -> None:
    origin = life["provenance"]
    place = " ".join(str(origin[k]) for k in ("file", "anchor", "plan_row_id", "passage_id") if origin[k])
    console.rule(f"{life['id']}  {life['stage']}")
    _plain(f"source   {life['source']}  {place}\nlicence  {life['licence']}\nsplit    {life['split'] or 'not admitted'}", console)
    for turn in life["turns"]:
        _plain(f"  {turn['role']}: {turn['content']}", console)
    table = Table("gate", "passed", "score", "reason")
    for verdict in life["verdicts"]:
        score = "" if verdict["score"] is None else f"{verdict['score']:.3f}"
        table.add_row(verdict["gate"], "yes" if verdict["passed"] else "[red]no[/]", score, verdict["reason"])
    console.print(table)


def _print_passage(life: dict[str, Any], console: Console) -> None:
    origin = life["provenance"]
    console.rule(f"{life['id']}  passage of {life['source']}")
    _plain(f"source   {origin['file']}  {origin['anchor']}\nlicence  {life['licence']}\n  {life['text'][:_EXCERPT]}", console)
    table = Table("conversation grounded on it", "fate")
    for used in life["conversations"]:
        table.add_row(used["id"], f"{used['gate']}: {used['reason']}" if used["gate"] else "admitted")
    if life["conversations"]:
        console.print(table)
    else:
        _plain("no conversation of this release is grounded on it", console)


def _print_quarantined(life: dict[str, Any], console: Console) -> None:
    console.rule(f"quarantined  {life['file']}")
    _plain(
        f"source   {life['source']}  {life['position']}\nreason   {life['reason']}: {life['detail']}\nremedy   {life['remedy']}", console
    )


def _print_released(life: dict[str, Any], console: Console) -> None:
    console.rule(f"{life['id']}  {life['stage']}")
    place = f"{life['release']}: {life['split']}.jsonl, line {life['line']}"
    _plain(f"source   {life['source']}  {life['file']}  {life['anchor']}\nlicence  {life['licence']}\nrelease  {place}", console)
    _plain(f"decision {life['gates']} gates passed, {life['decision']}", console)


def _plain(text: str, console: Console) -> None:
    """Print what people wrote as it is: no markup, no highlighting."""
    console.print(text, highlight=False, markup=False)


def print_dropped(verdicts: pl.DataFrame, console: Console) -> None:
    """Print failed verdicts, one line each."""
    table = Table("id", "stage", "gate", "reason")
    for row in verdicts.iter_rows(named=True):
        table.add_row(row["id"][:_ID_SHOWN], row["stage"], row["gate"], row["reason"])
    console.print(table)
