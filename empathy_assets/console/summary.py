"""The closing table of a build: mix, EARS, crisis, splits, rejects by reason, where the package lies."""

from typing import Any

import polars as pl
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from empathy_assets.adapters.quarantine import Quarantine
from empathy_assets.adapters.releases import find_package
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root
from empathy_assets.console.build import BuildResult
from empathy_assets.policy.releases import mix, releases

_REASONS_SHOWN = 12


def as_dict(result: BuildResult, release: str, settings: Settings) -> dict[str, Any]:
    """Return everything the summary says as plain data."""
    package = result.metadata.get("ready_package", {})
    stages = {
        stage: {
            name: result.metadata.get(stage, {}).get(name)
            for name in ("conversations", "ears_mean", "ears_pass_share", "crisis_flagged_share")
        }
        for stage in mix()
    }
    return {
        "release": release,
        "target": releases()[release].size(settings.scale),
        "success": result.success,
        "run_id": result.run_id,
        "conversations": package.get("conversations", 0),
        "mix": package.get("mix", {}),
        "stages": stages,
        "splits": {name: package.get(f"rows_{name}", 0) for name in ("train", "val", "test")},
        "merkle_root": package.get("merkle_root", ""),
        "changed": package.get("changed", False),
        "package": str(find_package(storage_root(settings.storage), release)) if package else "",
        "rejects": rejects_by_reason(settings).to_dicts(),
        "checks": result.checks,
        "failed_blocking_checks": result.failed_blocking,
        "warnings": result.failed_warnings,
        "errors": result.errors,
    }


def rejects_by_reason(settings: Settings) -> pl.DataFrame:
    """Return quarantined items by source and reason: `source`, `reason`, `count`, `example`."""
    rejects = Quarantine(storage_root(settings.storage)).read_all()
    grouped = rejects.group_by("source", "reason").agg(pl.len().alias("count"), pl.first("file").alias("example"))
    return grouped.sort(["count", "source", "reason"], descending=[True, False, False])


def print_summary(result: BuildResult, release: str, settings: Settings, console: Console) -> None:
    """Print the closing tables, then failures with their remedy."""
    facts = as_dict(result, release, settings)
    if facts["package"]:
        _print_release(facts, console)
    _print_rejects(facts["rejects"], console)
    for name in facts["warnings"]:
        console.print(f"[yellow]warning[/] {name} did not pass (not blocking)", highlight=False)
    for name in facts["failed_blocking_checks"]:
        console.print(f"[red]blocked[/] by {name}: everything after it was not executed; see the check above and policy/", highlight=False)
    for error in facts["errors"]:
        console.print(f"[red]error[/] {escape(error)}", highlight=False, soft_wrap=True)
    if result.success:
        state = "published" if facts["changed"] else "unchanged"
        console.print(f"[green]{state}[/] {facts['package']}  root {facts['merkle_root'][:16]}", highlight=False, soft_wrap=True)


def _print_release(facts: dict[str, Any], console: Console) -> None:
    table = Table(
        title=f"release {facts['release']}: {facts['conversations']:,} of {facts['target']:,} conversations",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for name, justify in (
        ("stage", "left"),
        ("admitted", "right"),
        ("share", "right"),
        ("candidates", "right"),
        ("EARS mean", "right"),
        ("EARS >= bar", "right"),
        ("flagged", "right"),
    ):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    total = max(1, facts["conversations"])
    for stage, figures in facts["stages"].items():
        admitted = facts["mix"].get(stage, 0)
        table.add_row(
            stage,
            f"{admitted:,}",
            f"{admitted / total:.1%}",
            f"{figures['conversations'] or 0:,}",
            f"{figures['ears_mean'] or 0:.3f}",
            f"{figures['ears_pass_share'] or 0:.1%}",
            f"{figures['crisis_flagged_share'] or 0:.1%}",
        )
    console.print(table)
    splits = facts["splits"]
    console.print("splits  " + "  ".join(f"{name} {rows:,} ({rows / total:.1%})" for name, rows in splits.items()), highlight=False)


def _print_rejects(rejects: list[dict[str, Any]], console: Console) -> None:
    if not rejects:
        return
    table = Table(title=f"quarantined: {sum(r['count'] for r in rejects):,}", title_justify="left")
    for name in ("source", "reason", "count", "example"):
        table.add_column(name, justify="right" if name == "count" else "left", overflow="fold")
    for row in rejects[:_REASONS_SHOWN]:
        table.add_row(row["source"], row["reason"], f"{row['count']:,}", row["example"])
    console.print(table)
    if len(rejects) > _REASONS_SHOWN:
        console.print(f"... and {len(rejects) - _REASONS_SHOWN} more reasons; all of them are in quarantine/ on the storage root")
