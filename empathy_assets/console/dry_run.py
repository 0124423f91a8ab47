"""The dry run of a build: which conversations would be generated, by whom, and what the language model would cost."""

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.data_designer import Estimate, estimate
from empathy_assets.adapters.settings import Settings
from empathy_assets.console.planned import planned
from empathy_assets.defs.resources import workspace_of

_COLUMNS = ("kind", "rows", "embedded", "cached", "asked", "requests", "prompt_tokens", "completion_tokens", "cost")

_HEADS = {"requests": "calls", "prompt_tokens": "in", "completion_tokens": "out"}


def dry_run(settings: Settings, console: Console) -> dict[str, Any]:
    """Return what a build would ask of the model, per kind and in all; nothing is generated and nothing is asked.

    Args:
        settings: Settings of the build.
        console: Where progress is shown.
    """
    found = planned(settings, console)
    workspace = workspace_of(settings)
    figures = estimate(found.plan, found.passages, workspace.generation, workspace.generation_dir)
    return _facts(figures, settings)


def _facts(figures: Estimate, settings: Settings) -> dict[str, Any]:
    total = {name: figures.by_kind[name].sum() for name in _COLUMNS[1:]}
    return {
        "backend": settings.backend,
        "endpoint": settings.llm_endpoint,
        "model": settings.llm_model,
        "judge": settings.llm_judge,
        "kinds": figures.by_kind.to_dicts(),
        "total": {"kind": "all", **total},
        "token_error": figures.error,
        "budget": settings.llm_budget,
        "within_budget": not settings.llm_budget or figures.cost <= settings.llm_budget,
    }


def print_dry_run(facts: dict[str, Any], console: Console) -> None:
    """Print one line per kind, the sum, and how it stands with the budget."""
    title = "dry run: nothing was generated, nothing was asked (in, out: million tokens)"
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in _COLUMNS:
        table.add_column(_HEADS.get(name, name), justify="left" if name == "kind" else "right", no_wrap=True)
    for row in facts["kinds"]:
        table.add_row(*_cells(row))
    table.add_section()
    table.add_row(*_cells(facts["total"]))
    console.print(table)
    if facts["backend"] == "embedded":
        console.print("every conversation is written by the embedded generator; EMPATHY_BACKEND=llm asks a language model")
        return
    judged = "each dialogue judged by the model" if facts["judge"] else "not judged by the model"
    console.print(f"{facts['model'] or 'no model'} at {facts['endpoint'] or 'no endpoint'}, {judged}", highlight=False, soft_wrap=True)
    console.print(
        f"tokens and cost give or take {facts['token_error']:.0%}; prices: EMPATHY_LLM_PRICE_PROMPT, EMPATHY_LLM_PRICE_COMPLETION"
    )
    if not facts["budget"]:
        console.print("no budget is set; EMPATHY_LLM_BUDGET refuses to start above it")
    elif facts["within_budget"]:
        console.print(f"[green]within the budget[/] of {facts['budget']:,.2f}", highlight=False)
    else:
        console.print(f"[red]above the budget[/] of {facts['budget']:,.2f}: a build would refuse to start", highlight=False)


def _cells(row: dict[str, Any]) -> list[str]:
    tokens = (f"{row[name] / 1e6:,.2f}" for name in ("prompt_tokens", "completion_tokens"))
    return [row["kind"], *(f"{row[name]:,}" for name in _COLUMNS[1:6]), *tokens, f"{row['cost']:,.2f}"]
