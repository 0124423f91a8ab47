"""The keep-policy: which of several copies stays, and the reason each of the others goes.

Lives here: ranking and choice. Must not live here: who is a copy of whom (`cluster`).
Both members of a counterfactual pair form one unit: never duplicates of each other, kept or dropped together.
"""

from fnmatch import fnmatchcase
from typing import NamedTuple

import polars as pl

from empathy_assets.policy.load import table

_SCHEMA = {"kept": pl.Boolean, "reason": pl.String, "kept_row": pl.UInt32}


def _licence_rank(licences: pl.Series) -> pl.Series:
    """Return the place of each licence in the policy's order, unknown ones last."""
    patterns: list[str] = table("deduplicating")["keep"]["licences"]
    known = {
        name: next((i for i, p in enumerate(patterns) if fnmatchcase(name or "", p)), len(patterns)) for name in licences.unique().to_list()
    }
    return pl.Series("licence_rank", [known[name] for name in licences.to_list()], dtype=pl.Int32)


def _place(column: str, order: list[str]) -> pl.Expr:
    """Return the place of a column's value in `order`, anything else last."""
    places = {name: i for i, name in enumerate(order)}
    return pl.col(column).replace_strict(places, default=len(order), return_dtype=pl.Int32).fill_null(len(order)).alias(f"{column}_rank")


def _ranked(frame: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of clusters with more than one unit, best first: `row`, `cluster`, `exact`, `id`, `unit`."""
    keep = table("deduplicating")["keep"]
    prov = pl.col("provenance").struct
    rows = frame.select(
        "id", _place("source", keep["sources"]), _place("stage", keep["stages"]),
        pl.col("labels").struct.field("pair_id").fill_null("").alias("pair"),
        prov.field("file").fill_null("").alias("file"), prov.field("record_id").fill_null("").alias("record_id"),
        prov.field("start").fill_null(0.0).alias("start"),
    ).with_columns(_licence_rank(frame["licence"]), clusters["cluster"], clusters["row"])  # fmt: skip
    crowded = pl.len().over("cluster") > 1
    twin_is_crowded = pl.col("crowded").any().over("pair") & (pl.col("pair") != "")
    members = rows.with_columns(crowded.alias("crowded")).filter(pl.col("crowded") | twin_is_crowded)
    unit = pl.when(pl.col("pair") == "").then(pl.format("r{}", "row")).otherwise(pl.format("p{}", "pair"))
    members = members.with_columns(unit.alias("unit"))
    order = ["licence_rank", "source_rank", "stage_rank", "id", "file", "start", "record_id", "row"]
    return members.sort(order).select("row", "cluster", "id", "unit")


class _Member(NamedTuple):
    row: int
    cluster: int
    id: str


class _Choice:
    """The decisions taken so far: per row its fate, per cluster the row that stays."""

    def __init__(self, height: int) -> None:
        self.kept = [True] * height
        self.reason = [""] * height
        self.stays = list(range(height))
        self.winner: dict[int, _Member] = {}

    def take(self, unit: list[_Member]) -> None:
        """Keep the unit, unless one of its clusters already has a row that stays."""
        better = next((self.winner[m.cluster] for m in unit if m.cluster in self.winner), None)
        if better is not None:
            for member in unit:
                self._drop(member, self.winner.get(member.cluster), better)
            return
        own: dict[str, _Member] = {}
        for member in unit:
            if member.id in own:  # the same pair landed twice
                self._drop(member, own[member.id], own[member.id])
            else:
                own[member.id] = member
        for member in own.values():
            self.winner.setdefault(member.cluster, member)

    def _drop(self, member: _Member, copy: _Member | None, better: _Member) -> None:
        self.kept[member.row] = False
        self.stays[member.row] = (copy or better).row
        if copy is None:
            self.reason[member.row] = "twin-of-duplicate"
        else:
            self.reason[member.row] = "exact-duplicate" if copy.id == member.id else "near-duplicate"


def choose_kept(frame: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Decide which rows stay, one per cluster, by licence, source, stage and id as ordered in policy.

    Units (single rows, or both members of a counterfactual pair) are taken best first; a unit stays unless a cluster of one of its
    rows already has a row that stays. Every dropped row therefore has a kept copy, or is the twin of one that has.

    Args:
        frame: Conversations (`id`, `licence`, `source`, `stage`, `labels`, `provenance` are read).
        clusters: Result of `cluster.near_duplicate_clusters` for the same frame.

    Returns:
        One line per row, in order: `kept`, `reason` (empty where kept; else `exact-duplicate`, `near-duplicate` or
        `twin-of-duplicate`), `kept_row` (u32, the row that stays in its place; its own where kept).
    """
    choice = _Choice(frame.height)
    if frame.height:
        units: dict[str, list[_Member]] = {}
        for row, cluster, record, unit in _ranked(frame, clusters).iter_rows():
            units.setdefault(unit, []).append(_Member(row, cluster, record))
        for members in units.values():
            choice.take(members)
    return pl.DataFrame({"kept": choice.kept, "reason": choice.reason, "kept_row": choice.stays}, schema=_SCHEMA)
