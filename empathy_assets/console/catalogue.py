"""The catalogue command: which published packages hold a record, or records of a landed file, and where."""

from typing import Any

from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.packages import reachable
from empathy_assets.adapters.record_catalogue import find, load_all
from empathy_assets.adapters.releases import find_package
from empathy_assets.adapters.settings import Settings
from empathy_assets.console.releases import catalogue_of
from empathy_assets.records.conversation import SPLITS

_SHOWN = 20


def holdings(what: str, settings: Settings, **filters: str) -> dict[str, Any]:
    """Return what the published packages hold of `what`; packages that the catalogue does not know yet are loaded first.

    Args:
        what: See `record_catalogue.find`; empty: every record.
        settings: Where the storage root is.
        filters: Value per column of `record_catalogue.FILTERS`; an empty one is none.

    Returns:
        `releases` (per release with a find: `release`, `lies_in`, records in `train`, `val`, `test`) and `records`, all of them.
    """
    catalogue = catalogue_of(settings)
    with reachable(settings.storage):
        load_all(catalogue)
        found = find(catalogue, what, **{name: value for name, value in filters.items() if value})
        places = {release: str(find_package(catalogue.root, release)) for release in found["release"].unique().sort()}
    counted = {tuple(row[:2]): row[2] for row in found.group_by("release", "split").len().iter_rows()}
    releases = [
        {"release": release, "lies_in": place} | {split: counted.get((release, split), 0) for split in SPLITS}
        for release, place in places.items()
    ]
    return {"releases": releases, "records": found.to_dicts()}


def print_holdings(found: dict[str, Any], console: Console) -> None:
    """Print the count per release and the first records, each with its place."""
    if not found["records"]:
        console.print("no published package holds a record that fits", highlight=False)
        return
    releases = Table("release", *SPLITS, "lies in")
    for row in found["releases"]:
        releases.add_row(row["release"], *(f"{row[split]:,}" for split in SPLITS), row["lies_in"])
    records = Table("release", "file:line", "id", "stage", "licence", "from", "why")
    for row in found["records"][:_SHOWN]:
        origin = f"{row['file'] or row['source']} {row['anchor']}".strip()
        place = f"{row['split']}.jsonl:{row['line']}"
        records.add_row(row["release"], place, row["id"], row["stage"], row["licence"], origin, row["decision"])
    console.print(releases)
    console.print(records)
    if (more := len(found["records"]) - _SHOWN) > 0:
        console.print(f"and {more:,} more; --json prints all", highlight=False)
