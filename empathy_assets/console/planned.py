"""The plan that a build would execute, made without generating anything: what the dry run counts and the preview shows.

Sources are read as in a build, through the same caches; tables go to a scratch folder, and no service is asked.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
from rich.console import Console

from empathy_assets.adapters.io_manager import ParquetIOManager
from empathy_assets.adapters.settings import Settings
from empathy_assets.definitions import build_defs

_PLAN = dg.AssetKey(["generation_plan"])
_PASSAGES = tuple(dg.AssetKey([name]) for name in ("books", "academic_findings", "transcripts"))
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class PlanningError(RuntimeError):
    """The sources could not be read, so there is no plan."""


@dataclass(frozen=True)
class Planned:
    """A plan with the passages its rows refer to."""

    plan: pl.DataFrame
    passages: pl.DataFrame


def planned(settings: Settings, console: Console) -> Planned:
    """Return the plan of the largest release at the settings' scale, and the passages at hand.

    Raises:
        PlanningError: A source failed; it is named.
    """
    with tempfile.TemporaryDirectory() as scratch, console.status("reading sources, making the plan"):
        given = {"storage": str(Path(scratch) / "data"), "cache": str(settings.cache_dir), "fetch": False}
        job = build_defs(settings.model_copy(update=given)).resolve_implicit_global_asset_job_def()
        selection = dg.AssetSelection.assets(_PLAN).upstream() - dg.AssetSelection.all_asset_checks()
        keys = sorted(selection.resolve(job.asset_layer.asset_graph))
        with dg.DagsterInstance.ephemeral() as instance:
            run = job.execute_in_process(asset_selection=keys, instance=instance, raise_on_error=False, run_config=_QUIET)
        if not run.success:
            raise PlanningError("no plan: " + "; ".join(_told(event) for event in run.get_step_failure_events()))
        tables = ParquetIOManager(root_uri=given["storage"])
        return Planned(tables.read(_PLAN, None), pl.concat([tables.read(key, None) for key in _PASSAGES]))


def _told(event: dg.DagsterEvent) -> str:
    """Return which step failed and the error at the bottom of it."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return f"{event.step_key} failed: {error.message.strip() if error is not None else 'no error was told'}"
