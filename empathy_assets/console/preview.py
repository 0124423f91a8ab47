"""The preview command: whole conversations of one kind as the build would write them, with plan row, EARS and crisis score."""

from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from empathy_assets.adapters.data_designer import Generated, generate
from empathy_assets.adapters.settings import Settings
from empathy_assets.console.planned import planned
from empathy_assets.defs.resources import workspace_of
from empathy_assets.engines.generating.banks import KINDS
from empathy_assets.engines.generating.grammar.writing import BINDINGS
from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.ears import load_scorer
from empathy_assets.engines.scoring.score import score_conversations
from empathy_assets.engines.staging.grounding import with_groundedness
from empathy_assets.policy.load import number


def preview(kind: str, count: int, settings: Settings, console: Console) -> dict[str, Any]:
    """Return `count` conversations of `kind`, spread evenly over the plan, and why any is missing or was filled.

    Args:
        kind: One of `KINDS`.
        count: How many; pairs come whole.
        settings: Settings of the build; replies asked for here are kept and not asked for again by it.
        console: Where progress is shown.

    Raises:
        ValueError: The kind is unknown, or the plan has no row of it.
        GenerationError: A language model is asked for and cannot be reached.
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is unknown; expected one of {list(KINDS)}")
    found = planned(settings, console)
    rows = _spread(found.plan.filter(pl.col("kind") == kind), count)
    if rows.is_empty():
        raise ValueError(f"the plan has no {kind} row; land a book or paper for grounded, or raise EMPATHY_SCALE")
    workspace = workspace_of(settings)
    with console.status(f"writing {rows.height} conversations"):
        made = generate(rows, found.passages, workspace.generation, workspace.generation_dir)
        frame = with_groundedness(made.frame, found.passages)
        frame = score_conversations(frame, load_detector(), load_scorer())
    return _facts(rows, frame, made, kind)


def _spread(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """Return `count` rows at even distances, pairs whole."""
    unit = pl.when(pl.col("pair_id") != "").then(pl.col("pair_id")).otherwise(pl.col("row_id"))
    units = rows.select(unit.unique(maintain_order=True)).to_series()
    if rows.is_empty():
        return rows
    size = rows.height // units.len()
    wanted = max(1, count // size)
    return rows.filter(unit.is_in(units.gather_every(max(1, units.len() // wanted)).head(wanted).implode()))


def _facts(rows: pl.DataFrame, frame: pl.DataFrame, made: Generated, kind: str) -> dict[str, Any]:
    plan = {row["row_id"]: row for row in rows.iter_rows(named=True)}
    verdicts = {row["row_id"]: row for row in made.verdicts.iter_rows(named=True)}
    records = [
        {
            "row": {"row_id": row_id, **{k: plan[row_id][k] for k in (*BINDINGS, "passage_id") if plan[row_id][k]}},
            "backend": record["provenance"]["backend"],
            "title": record["provenance"]["title"],
            "ears": record["scores"]["ears"],
            "components": {c: record["scores"][c] for c in ("empathize", "acknowledge", "reflect", "support", "penalty")},
            "groundedness": record["scores"]["groundedness"],
            "crisis": record["scores"]["crisis"],
            "crisis_flagged": record["scores"]["crisis_flagged"],
            "verdict": verdicts.get(row_id, {}),
            "turns": record["turns"],
        }
        for record in frame.iter_rows(named=True)
        for row_id in (record["provenance"]["plan_row_id"],)
    ]
    return {"kind": kind, "conversations": records, "stats": made.stats, "not_by_model": made.reasons.to_dicts()}


def print_preview(facts: dict[str, Any], console: Console) -> None:
    """Print each conversation: what the plan ordered, how it scores, what was said."""
    bar = number("gates", "ears.min")
    for found in facts["conversations"]:
        row = found["row"]
        console.rule(f"[bold]{row['row_id']}[/]  {escape(found['backend'])}", align="left")
        console.print(escape("  ".join(f"{k} {v}" for k, v in row.items() if k != "row_id")), style="dim", highlight=False)
        colour = "green" if found["ears"] >= bar else "red"
        parts = " ".join(f"{name} {value:.2f}" for name, value in found["components"].items())
        console.print(f"EARS [{colour}]{found['ears']:.3f}[/]  ({parts})", highlight=False)
        flag = "[yellow]flagged[/]" if found["crisis_flagged"] else "not flagged"
        grounded = "" if found["groundedness"] is None else f"   grounded {found['groundedness']:.2f} on {escape(found['title'])}"
        console.print(f"crisis {found['crisis']:.3f} {flag}{grounded}{_verdict(found['verdict'])}", highlight=False)
        for turn in found["turns"]:
            client = turn["role"] == "user"
            said = Text(turn["content"], style="cyan" if client else "")
            console.print(Padding(Text("client" if client else "counsellor", style="bold"), (1, 0, 0, 2)), Padding(said, (0, 2, 0, 4)))
        console.print()
    for lost in facts["not_by_model"]:
        console.print(f"[yellow]{lost['outcome']}[/] {lost['row_id']}: {escape(lost['reason'])}", highlight=False)


def _verdict(verdict: dict[str, Any]) -> str:
    if not verdict:
        return ""
    return f"   model's verdict: EARS {verdict['ears']}, groundedness {verdict['groundedness']}, {verdict['safety']}"
