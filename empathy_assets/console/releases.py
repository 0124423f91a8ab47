"""The releases command: the catalogue as a table, and the way into the archive."""

from collections.abc import Iterable
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from empathy_assets.adapters.catalogue import Catalogue, database_url
from empathy_assets.adapters.packages import archive_package, reachable
from empathy_assets.adapters.record_catalogue import drop_gone
from empathy_assets.adapters.releases import published
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import storage_root
from empathy_assets.policy.releases import due_for_archive, version_of

_COLOURS = {"published": "green", "rolling": "cyan", "due for archive": "yellow", "missing": "red"}


def catalogue_of(settings: Settings) -> Catalogue:
    """Return the catalogue of the installation's storage root."""
    root = storage_root(settings.storage)
    return Catalogue(root, database_url(root, settings.cache_dir))


def archive_releases(keys: Iterable[str], settings: Settings) -> None:
    """Move published versions into the archive and note it in the catalogue.

    Raises:
        ArchiveError: One of them rolls or is not published.
    """
    catalogue = catalogue_of(settings)
    with reachable(settings.storage):
        for key in keys:
            archive_package(catalogue.root, key)
            catalogue.record(key)


def listed(settings: Settings, *, history: bool) -> list[dict[str, Any]]:
    """Return the publications of the storage root, newest first, each with its `state`.

    Packages that the catalogue does not know (published elsewhere, or the database was lost) are noted in it first.

    Args:
        settings: Settings of the installation.
        history: Also what a rolling release held before.
    """
    catalogue = catalogue_of(settings)
    with reachable(settings.storage):
        catalogue.record_all()
        drop_gone(catalogue)
        live, every = published(catalogue.root, archived=False), published(catalogue.root)
    due = due_for_archive(live)

    def state(row: dict[str, Any]) -> str:
        if row["replaced_at"]:
            return "replaced"
        if row["release"] not in every:
            return "missing"
        if row["release"] not in live:
            return "archived"
        if version_of(row["release"]) is None:
            return "rolling"
        return "due for archive" if row["release"] in due else "published"

    return [row | {"state": state(row)} for row in catalogue.rows() if history or not row["replaced_at"]]


def _certificate(found: dict[str, Any]) -> str:
    if not found.get("detector_version"):
        return "none"
    lower, specificity = found.get("sensitivity_lower"), found.get("specificity")
    figures = f" {lower:.3f}/{specificity:.3f}" if isinstance(lower, float) and isinstance(specificity, float) else ""
    return ("passed" if found.get("passed") else "failed") + figures


def print_releases(rows: list[dict[str, Any]], console: Console) -> None:
    """Print one line per publication; the certificate with the lower bound of its sensitivity and its specificity."""
    if not rows:
        console.print("nothing is published on this storage root; empathy build publishes `next`", highlight=False)
        return
    table = Table("release", "state", "rows", "root", "certificate", "published (UTC)", "commit", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.columns[2].justify = "right"
    for row in rows:
        table.add_row(
            row["release"],
            f"[{_COLOURS.get(row['state'], 'dim')}]{row['state']}[/]",
            f"{row['rows']:,}",
            row["merkle_root"][:16],
            _certificate(row["certificate"]),
            f"{row['published_at']:%Y-%m-%d %H:%M}",
            row["git_commit"][:8] + ("-dirty" if row["git_commit"].endswith("-dirty") else ""),
        )
    console.print(table)
    for row in rows:
        console.print(f"{row['release']} lies in {escape(row['uri'])}", highlight=False, soft_wrap=True)
