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
from rich.table import Column, Table

from empathy_assets.adapters.processes import at_work, began
from empathy_assets.adapters.settings import Settings
from empathy_assets.console.instances import held_open
from empathy_assets.console.progress import Steps, live
from empathy_assets.definitions import build_defs
from empathy_assets.defs.resources import ORPHANED, workspace_of
from empathy_assets.engines.lasting import lasting

USER, HOST, PID, BEGAN = "empathy/user", "empathy/host", "empathy/pid", "empathy/began"
"""Tags of a run that the command line started."""
_UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}  # the view speaks, not the logger


class InstanceLostError(RuntimeError):
    """Dagster's own storage could no longer be written, so that the run could not go on."""


@dataclass
class BuildResult:
    """What a build did: metadata per asset, every check with its figures, failed checks, errors."""

    success: bool = False
    run_id: str = ""
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    checks: list[dict[str, Any]] = field(default_factory=list)
    failed_blocking: list[str] = field(default_factory=list)
    failed_warnings: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class BuildView:
    """Turns Dagster events into lines, one per asset and one per check, and collects the result."""

    def __init__(self, console: Console, steps: Steps) -> None:
        self.console = console
        self.steps = steps
        self.result = BuildResult()

    def __call__(self, entry: dg.EventLogEntry) -> None:
        """Handle one entry of the event log."""
        event = entry.dagster_event
        if event is None:
            self.steps.tell(entry.user_message)
            return
        handler = getattr(self, f"_on_{event.event_type_value.lower()}", None)
        if handler:
            handler(event)

    def _on_step_start(self, event: dg.DagsterEvent) -> None:
        self.steps.begin(str(event.step_key))

    def _on_asset_materialization(self, event: dg.DagsterEvent) -> None:
        materialization = event.step_materialization_data.materialization
        key = materialization.asset_key.to_user_string()
        values = {name: value.value for name, value in materialization.metadata.items()}
        self.result.metadata[key] = values
        rows = values.get("dagster/partition_row_count", values.get("dagster/row_count", 0))
        self.console.print(f"[bold]{key:<24}[/] {rows:>9,} rows  {values.get('duration_seconds', 0):>7.1f} s")
        self.steps.advance()

    def _on_asset_check_evaluation(self, event: dg.DagsterEvent) -> None:
        check = event.asset_check_evaluation_data
        name = f"{check.asset_key.to_user_string()}.{check.check_name}"
        blocking = check.severity == dg.AssetCheckSeverity.ERROR
        if not check.passed:
            (self.result.failed_blocking if blocking else self.result.failed_warnings).append(name)
        self.result.checks.append(
            {
                "check": name,
                "passed": check.passed,
                "severity": check.severity.value,
                "partition": check.partition or "",
                "sentence": check.description or "",
                "figures": {label: _plain(value.value) for label, value in check.metadata.items() if _plain(value.value) is not None},
            }
        )
        mark = "[green]✓[/]" if check.passed else ("[red]✗[/]" if blocking else "[yellow]![/]")
        line = Table.grid(Column(width=3, justify="right"), Column(min_width=22, no_wrap=True), Column(style="dim"), padding=(0, 1, 0, 0))
        line.add_row(mark, check.check_name, escape(check.description or ""))
        self.console.print(line, highlight=False)

    def _on_step_failure(self, event: dg.DagsterEvent) -> None:
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None and "AssetCheckFailed" not in (error.cls_name or "") and not self.result.failed_blocking:
            self.result.errors.append(f"{event.step_key}: {error.message.strip()}")


def _plain(value: object) -> float | int | str | None:
    """Return a figure, or the name of the asset that a link leads to; tables and pictures are for the UI."""
    if isinstance(value, dg.AssetKey):
        return value.to_user_string()
    return value if isinstance(value, float | int) else None


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
    with lasting():
        job = build_defs(settings).resolve_implicit_global_asset_job_def()
    total = len(list(job.asset_layer.executable_asset_keys))
    run_id = str(uuid.uuid4())
    with instance_for(Path.cwd()) as instance, live(console) as progress:
        for orphan in close_orphans(instance):
            console.print(f"[yellow]run {orphan[:8]} had lost its process; it is marked as failed, its finished work is used[/]")
        for line in workspace_of(settings).reserve(release, run_id, instance):
            console.print(f"[yellow]{line}[/]")
        view = BuildView(console, Steps(progress, total))
        instance.add_event_listener(run_id, view)
        try:
            with held_open(instance, run_id):
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
