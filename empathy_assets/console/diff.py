"""The diff command: what lies between two packages."""

from typing import Any

from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.packages import locate
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import fetched
from empathy_assets.engines.packaging.diff import diff_packages

_SHOWN = 10


def compare_packages(old: str, new: str, settings: Settings) -> dict[str, Any]:
    """Return added, removed and changed records and drift between two packages, as plain data."""
    with fetched(locate(old, settings)) as before, fetched(locate(new, settings)) as after:
        found = diff_packages(before, after)
    return {
        "summary": found.summary,
        "added": found.added.to_dicts(),
        "removed": found.removed.to_dicts(),
        "changed": found.changed.to_dicts(),
        "drift": found.drift,
    }


def print_diff(found: dict[str, Any], console: Console) -> None:
    """Print the summary, the first records of each kind and the drift."""
    console.print(found["summary"], highlight=False)
    for kind in ("added", "removed", "changed"):
        rows = found[kind][:_SHOWN]
        if rows:
            table = Table(*rows[0], title=f"{kind}: {len(found[kind]):,}", title_justify="left")
            for row in rows:
                table.add_row(*(str(value) for value in row.values()))
            console.print(table)
    if found["drift"]:
        table = Table(*found["drift"][0], title="drift", title_justify="left")
        for row in found["drift"][:_SHOWN]:
            table.add_row(*(f"{v:.4f}" if isinstance(v, float) else str(v) for v in row.values()))
        console.print(table)
