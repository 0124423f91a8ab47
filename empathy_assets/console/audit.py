"""The audit command: who changed what is stored, and when, out of Dagster's event log and the catalogue of releases.

Lives here: reading both into one list of mutations, showing it. Must not live here: writing either; nothing is deleted from them here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import dagster as dg
from rich import box
from rich.console import Console
from rich.table import Table

from empathy_assets.adapters.settings import Settings
from empathy_assets.console.build import HOST, USER, instance_for
from empathy_assets.console.releases import catalogue_of
from empathy_assets.records.mutation import Mutation

_STARTED_BY = {"dagster/sensor_name": "sensor", "dagster/schedule_name": "schedule", "dagster/from_automation_condition": "automation"}
_UNNAMED = "somebody in the Dagster UI or on its command line"
_STATE: dict[str, Literal["published", "replaced", "archived"]] = {
    "published_at": "published",
    "replaced_at": "replaced",
    "archived_at": "archived",
}
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, now: datetime | None = None) -> datetime:
    """Return the moment that `7d`, `12h`, `2026-11-01` or `2026-11-01T08:00` stands for, UTC where no zone is given.

    Raises:
        ValueError: It is neither a span nor an ISO date.
    """
    if span := re.fullmatch(r"(\d{1,5})([mhdw])", text.strip()):
        return (now or datetime.now(UTC)) - timedelta(**{_UNITS[span[2]]: int(span[1])})
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"--since {text!r} found; expected a span such as 12h, 7d or 4w, or a date such as 2026-11-01") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def run_audit(since: str, settings: Settings) -> list[Mutation]:
    """Return the mutations since a moment, oldest first.

    Raises:
        ValueError: `since` is no moment.
        CatalogueError: The database of releases cannot be used.
    """
    after = moment(since)
    publications = catalogue_of(settings).rows()
    with instance_for(Path.cwd()) as instance:
        return mutations(instance, publications, after)


def who(tags: Mapping[str, str]) -> str:
    """Return who started a run: a user of this machine, a sensor or schedule by name, or somebody in the UI."""
    if USER in tags:
        return f"{tags[USER]}@{tags.get(HOST, '')}"
    return next((f"{kind} {tags[tag]}" for tag, kind in _STARTED_BY.items() if tag in tags), _UNNAMED)


def mutations(instance: dg.DagsterInstance, publications: Iterable[Mapping[str, Any]], since: datetime) -> list[Mutation]:
    """Return every dataset written and every release published, replaced or archived since a moment, oldest first.

    Args:
        instance: Where runs are recorded.
        publications: Rows of the catalogue.
        since: Moment with a time zone.
    """
    found = [*_written(instance, since), *(m for row in publications for m in _published(row, since))]
    return sorted(found, key=lambda m: (m.at, m.what, m.subject))


def _written(instance: dg.DagsterInstance, since: datetime) -> Iterator[Mutation]:
    for record in instance.get_run_records(dg.RunsFilter(updated_after=since)):
        run = record.dagster_run
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
            at = datetime.fromtimestamp(entry.timestamp, UTC)
            if at < since or entry.dagster_event is None:
                continue
            written = entry.dagster_event.step_materialization_data.materialization
            values = {name: value.value for name, value in written.metadata.items()}
            rows = values.get("dagster/partition_row_count", values.get("dagster/row_count"))
            yield Mutation(
                at=at,
                who=who(run.tags),
                what="written",
                subject=written.asset_key.to_user_string(),
                release=written.partition or "",
                rows=int(rows) if isinstance(rows, int | float) else None,
                sha256=str(values.get("sha256", "")),
                uri=str(values.get("dagster/uri", "")),
                run_id=run.run_id,
            )


def _published(row: Mapping[str, Any], since: datetime) -> Iterator[Mutation]:
    for column, what in _STATE.items():
        at = row[column]
        if at is not None and at >= since:
            yield Mutation(
                at=at,
                who="",
                what=what,
                subject="release",
                release=row["release"],
                rows=row["rows"],
                sha256=row["merkle_root"],
                uri=row["uri"],
            )


def print_audit(found: list[Mutation], console: Console) -> None:
    """Print mutations, one line each."""
    table = Table("when (UTC)", "who", "what", "dataset", "release", "rows", "sha256", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for m in found:
        table.add_row(
            f"{m.at:%Y-%m-%d %H:%M:%S}", m.who, m.what, m.subject, m.release, "" if m.rows is None else f"{m.rows:,}", m.sha256[:8]
        )
    console.print(table if found else "nothing was changed")
