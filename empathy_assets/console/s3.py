"""The s3 command: settings, unfinished uploads and validation of the configured object store."""

from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from empathy_assets.adapters.s3.clients import boto_client
from empathy_assets.adapters.s3.errors import explained
from empathy_assets.adapters.s3.multipart import Unfinished, abort_stale, unfinished
from empathy_assets.adapters.s3.objects import Place
from empathy_assets.adapters.s3.settings import S3Settings, S3SettingsError
from empathy_assets.adapters.s3.validate import Validation, validate
from empathy_assets.adapters.settings import Settings
from empathy_assets.adapters.storage import is_local, s3_place, storage_root

_MARKS = {"ok": "[green]✓[/]", "failed": "[red]✗[/]", "note": "[yellow]![/]", "skipped": "[dim]-[/]"}


def root_place(settings: Settings) -> Place:
    """Return bucket and prefix of the configured storage root.

    Raises:
        S3SettingsError: The storage root is a local folder.
    """
    root = storage_root(settings.storage)
    if is_local(root):
        raise S3SettingsError(f"EMPATHY_STORAGE={settings.storage!r} found, expected s3://bucket/prefix; a local folder needs none of this")
    place = s3_place(root)
    return Place(place.bucket, place.key.strip("/"))


def run_validation(settings: Settings) -> Validation:
    """Try everything a build needs on the configured storage root."""
    return validate(root_place(settings), S3Settings.from_env())


def print_validation(found: Validation, console: Console) -> None:
    """Print one line per trial, failures with their remedy, and the verdict."""
    console.print(f"{found.root} at {found.endpoint or 'AWS'}, region {found.region}", highlight=False)
    for trial in found.trials:
        console.print(f"  {_MARKS[trial.state]} {trial.name:<20} {escape(trial.found)}", highlight=False, soft_wrap=True)
    failed = [trial.name for trial in found.trials if trial.state == "failed"]
    console.print(f"[red]not usable: {', '.join(failed)}[/]" if failed else "[green]usable for builds[/]")


def overview(settings: Settings, *, give_up: bool) -> dict[str, Any]:
    """Return how the store is reached and which uploads are unfinished.

    Args:
        settings: Settings of the installation.
        give_up: First give up those that are older than policy allows.
    """
    place, s3 = root_place(settings), S3Settings.from_env()
    prefix = f"{place.key}/" if place.key else ""
    with explained(str(place), s3):
        client = boto_client(s3)
        aborted = abort_stale(client, place.bucket, prefix, timedelta(days=s3.stale_days)) if give_up else []
        begun = unfinished(client, place.bucket, prefix)
    numbers = {name: value for name, value in vars(s3).items() if isinstance(value, float | int)}
    facts = {"root": str(place), "endpoint": s3.endpoint, "region": s3.region, "settings": numbers}
    return facts | {"aborted": [_row(each) for each in aborted], "unfinished": [_row(each) for each in begun]}


def _row(found: Unfinished) -> dict[str, Any]:
    return {"key": found.key, "upload_id": found.upload_id, "age_hours": round(found.age.total_seconds() / 3600, 1)}


def print_overview(facts: dict[str, Any], console: Console) -> None:
    """Print settings and unfinished uploads."""
    console.print(f"{facts['root']} at {facts['endpoint'] or 'AWS'}, region {facts['region']}", highlight=False)
    console.print("  " + ", ".join(f"{name} {value:g}" for name, value in facts["settings"].items()), highlight=False, soft_wrap=True)
    if facts["aborted"]:
        console.print(f"{len(facts['aborted'])} stale uploads given up")
    if not facts["unfinished"]:
        console.print("no unfinished uploads")
        return
    table = Table("unfinished upload", "begun, hours ago")
    for row in facts["unfinished"]:
        table.add_row(row["key"], f"{row['age_hours']:.1f}")
    console.print(table)
