"""The build command: run the whole graph in this process, show progress and checks as they happen, close with a table."""

import getpass
import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from empathy_assets.adapters.processes import at_work, began
from empathy_assets.adapters.settings import Settings
from empathy_assets.definitions import build_defs
from empathy_assets.defs.resources import ORPHANED, workspace_of

USER, HOST, PID, BEGAN = "empathy/user", "empathy/host", "empathy/pid", "empathy/began"
"""Tags of a run that the command line started."""
_UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}  # the view speaks, not the logger


class InstanceLostError(RuntimeError):
    """Dagster's own storage could no longer be written, so that the run could not go on."""


@dataclass
class BuildResult:
    """What a build did: metadata per asset, failed checks, errors."""

    success: bool = False
    run_id: str = ""
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed_blocking: list[str] = field(default_factory=list)
    failed_warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class BuildView:
    """Turns Dagster events into lines, one per asset and one per check, and collects the result."""

    def __init__(self, console: Console, progress: Progress, total: int) -> None:
        self.console = console
        self.progress = progress
        self.task = progress.add_task("starting", total=total)
        self.result = BuildResult()

    def __call__(self, entry: dg.EventLogEntry) -> None:
        """Handle one entry of the event log."""
        event = entry.dagster_event
        if event is None:
            self.progress.update(self.task, description=escape(entry.user_message))
            return
        handler = getattr(self, f"_on_{event.event_type_value.lower()}", None)
        if handler:
            handler(event)

    def _on_step_start(self, event: dg.DagsterEvent) -> None:
        self.progress.update(self.task, description=escape(str(event.step_key)))

    def _on_asset_materialization(self, event: dg.DagsterEvent) -> None:
        materialization = event.step_materialization_data.materialization
        key = materialization.asset_key.to_user_string()
        values = {name: value.value for name, value in materialization.metadata.items()}
        self.result.metadata[key] = values
        rows = values.get("dagster/partition_row_count", values.get("dagster/row_count", 0))
        self.console.print(f"[bold]{key:<24}[/] {rows:>9,} rows  {values.get('duration_seconds', 0):>7.1f} s")
        self.progress.advance(self.task)

    def _on_asset_check_evaluation(self, event: dg.DagsterEvent) -> None:
        check = event.asset_check_evaluation_data
        name = f"{check.asset_key.to_user_string()}.{check.check_name}"
        blocking = check.severity == dg.AssetCheckSeverity.ERROR
        if not check.passed:
            (self.result.failed_blocking if blocking else self.result.failed_warnings).append(name)
        mark = "[green]✓[/]" if check.passed else ("[red]✗[/]" if blocking else "[yellow]![/]")
        self.console.print(f"  {mark} {check.check_name:<22} [dim]{escape(check.description or '')}[/]", highlight=False)

    def _on_step_failure(self, event: dg.DagsterEvent) -> None:
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None and "AssetCheckFailed" not in (error.cls_name or "") and not self.result.failed_blocking:
            self.result.errors.append(f"{event.step_key}: {error.message.strip()}")


def instance_for(folder: Path, env: Mapping[str, str] | None = None) -> dg.DagsterInstance:
    """Return the instance runs are recorded in: `DAGSTER_HOME`, else the `dagster.yaml` of `folder`, else a temporary one."""
    env = os.environ if env is None else env
    if env.get("DAGSTER_HOME"):
        return dg.DagsterInstance.get()
    if (folder / "dagster.yaml").exists():
        return dg.DagsterInstance.from_config(str(folder))
    return dg.DagsterInstance.ephemeral()


def whose() -> dict[str, str]:
    """Return the tags that say who runs this process, and where; the audit and the recognition of orphans read them."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have a number and no name
        user = str(os.getuid())
    return {USER: user, HOST: socket.gethostname(), PID: str(os.getpid()), BEGAN: began(os.getpid())}


def close_orphans(instance: dg.DagsterInstance) -> list[str]:
    """Mark as failed the runs of this machine that wait, start or run while their process is gone, and return their ids."""
    running = dg.RunsFilter(statuses=_UNFINISHED, tags={HOST: socket.gethostname()})
    gone = [run for run in instance.get_runs(running) if not at_work(int(run.tags.get(PID, "0")), run.tags.get(BEGAN, ""))]
    for run in gone:
        instance.report_run_failed(run, ORPHANED)
    return [run.run_id for run in gone]


def _root_of(error: BaseException) -> str:
    """Return the first line of the error that an error began with."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def run_build(release: str, settings: Settings, console: Console) -> BuildResult:
    """Materialize every asset for `release` and run every check; never raises for a failing build.

    Raises:
        ReleaseBusyError: Another run builds the release; told before any work is done.
        CatalogueError: The database of releases cannot be used.
        InstanceLostError: Run state can no longer be kept.
    """
    job = build_defs(settings).resolve_implicit_global_asset_job_def()
    total = len(list(job.asset_layer.executable_asset_keys))
    columns = (SpinnerColumn(), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    run_id = str(uuid.uuid4())
    with instance_for(Path.cwd()) as instance, Progress(*columns, console=console, transient=True) as progress:
        for orphan in close_orphans(instance):
            console.print(f"[yellow]run {orphan[:8]} had lost its process; it is marked as failed, its finished work is used[/]")
        for line in workspace_of(settings).reserve(release, run_id, instance):
            console.print(f"[yellow]{line}[/]")
        view = BuildView(console, progress, total)
        instance.add_event_listener(run_id, view)
        try:
            run = job.execute_in_process(
                instance=instance, partition_key=release, run_id=run_id, raise_on_error=False, run_config=_QUIET, tags=whose()
            )
        except Exception as error:  # failures of steps are in the result: this one is of the instance
            raise InstanceLostError(
                f"run {run_id} broke off, its state can no longer be kept: {_root_of(error)}. See that the storage of dagster.yaml answers "
                f"and run again; finished work is used."
            ) from error
    view.result.success = run.success and not view.result.failed_blocking
    view.result.run_id = run_id
    return view.result
