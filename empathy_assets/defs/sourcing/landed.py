"""The step the landed sources share: read a landing folder, quarantine what could not be used, report figures."""

from dataclasses import dataclass
from typing import Any

import dagster as dg
import polars as pl

from empathy_assets.adapters.landing import read_landed
from empathy_assets.defs.dataset import table
from empathy_assets.defs.resources import Workspace

_LOG_EVERY = 50  # files between two progress lines


@dataclass(frozen=True)
class LandedSource:
    """What one landing folder held: passages or conversations, and figures for the UI."""

    passages: pl.DataFrame
    conversations: pl.DataFrame
    metadata: dict[str, Any]


def read_source(context: dg.AssetExecutionContext, workspace: Workspace, source: str) -> LandedSource:
    """Read the landing folder of `source` through the per-file cache and put its rejects into quarantine."""

    def progress(done: int, total: int, name: str) -> None:
        if done == total or done % _LOG_EVERY == 0:
            context.log.info(f"{source}: {done}/{total} files read, last {name}")

    landed = read_landed(workspace.landing_dir, source, cache=workspace.cache_dir / "reading", progress=progress)
    workspace.quarantine.write(source, landed.rejects)
    metadata = {
        "files": landed.files,
        "files_read": landed.files_read,
        "files_cached": landed.files_cached,
        **reject_metadata(landed.rejects),
    }
    return LandedSource(landed.passages, landed.conversations, metadata)


def reject_metadata(rejects: pl.DataFrame) -> dict[str, Any]:
    """Return the count of rejects and a table of them by reason, with an example each."""
    by_reason = rejects.group_by("reason").agg(pl.len().alias("count"), pl.first("file", "position", "remedy")).sort("reason")
    return {"rejected": rejects.height, "rejects_by_reason": table(by_reason)}
