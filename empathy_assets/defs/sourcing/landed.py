"""The step the landed sources share: read a landing folder, quarantine what could not be used, report figures."""

import os
from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl

from empathy_assets.adapters.landing import Landed, Reply, read_landed
from empathy_assets.adapters.scholarly.settings import FetchSettings
from empathy_assets.defs.dataset import table
from empathy_assets.defs.resources import Workspace

_LOG_EVERY = 50  # files between two progress lines


def fetch_settings(workspace: Workspace, edition: str = "") -> FetchSettings:
    """Return how this run may use the network: as whom says the environment, whether says the workspace."""
    return FetchSettings.from_environment(os.environ, edition=edition).model_copy(update={"enabled": workspace.fetch})


def read_source(context: dg.AssetExecutionContext, workspace: Workspace, source: str, replies: Sequence[Reply] = ()) -> Landed:
    """Read the landing folder of `source`, and what was fetched for it, through the per-file cache, with progress in the run's log."""

    def progress(done: int, total: int, name: str) -> None:
        if done == total or done % _LOG_EVERY == 0:
            context.log.info(f"{source}: {done}/{total} files read, last {name}")

    return read_landed(workspace.landing_dir, source, cache=workspace.cache_dir / "reading", replies=replies, progress=progress)


def quarantined(workspace: Workspace, source: str, landed: Landed, *more: pl.DataFrame) -> dict[str, Any]:
    """Put the rejects of the landed files, and `more`, into quarantine; return the figures of the source for the UI.

    The metadata holds the counts of files (all, read now, from the cache) and of rejects, and a table of rejects by reason with an
    example each.
    """
    rejects = pl.concat([landed.rejects, *more])
    workspace.quarantine.write(source, rejects)
    by_reason = rejects.group_by("reason").agg(pl.len().alias("count"), pl.first("file", "position", "remedy")).sort("reason")
    return {
        "files": landed.files,
        "files_read": landed.files_read,
        "files_cached": landed.files_cached,
        "rejected": rejects.height,
        "rejects_by_reason": table(by_reason),
    }
