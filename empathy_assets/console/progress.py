"""The one look of live progress: how much of how many, how fast, how long it will take.

Lives here: columns of the bar, and reading the progress a step tells in its log. Must not live here: what is counted.
"""

import re
from datetime import timedelta

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

_TOLD = re.compile(r"(?P<who>[\w-]+): (?P<done>\d+)/(?P<total>\d+) (?P<unit>\w+)")
"""How a step tells its progress: `foundation: 3/12 chunks prepared and scored`."""


class Pace(ProgressColumn):
    """Rate and time left of a task that names its `unit`; `each` is how many units one step of the bar stands for."""

    def render(self, task: Task) -> Text:
        """Return `12.5 files/s, 0:00:40 left`; nothing while the rate is not known."""
        unit, speed = task.fields.get("unit", ""), task.finished_speed or task.speed
        if not unit or not speed:
            return Text("")
        rate = f"{speed * task.fields.get('each', 1.0):,.1f} {unit}/s"
        left = task.time_remaining
        return Text(rate if not left else f"{rate}, {timedelta(seconds=int(left))} left", style="cyan")


def live(console: Console, *, counted: bool = True) -> Progress:
    """Return a bar that vanishes when it is done: spinner, bar, count, time, pace, what is going on.

    Args:
        console: Where it is shown; on what is no terminal nothing is.
        counted: Whether the steps of the bar are worth reading as a count; bytes are not.
    """
    count = (MofNCompleteColumn(),) if counted else ()
    columns = (SpinnerColumn(), BarColumn(24), *count, TimeElapsedColumn(), Pace(), TextColumn("{task.description}"))
    return Progress(*columns, console=console, transient=True)


class Steps:
    """A bar over the steps of a run, and under it one of the step that tells how far it is."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._whole = progress.add_task("starting", total=total)
        self._part: TaskID | None = None

    def begin(self, name: str) -> None:
        """Show which step runs."""
        self._end_part()
        self._progress.update(self._whole, description=escape(name))

    def advance(self) -> None:
        """Count one step as done."""
        self._progress.advance(self._whole)

    def tell(self, message: str) -> None:
        """Show a line of the run's log: as a bar of its own where it says how much of how many."""
        told = _TOLD.match(message)
        if told is None:
            self._progress.update(self._whole, description=escape(message))
            return
        if self._part is None:
            self._part = self._progress.add_task("", total=None)
        self._progress.update(
            self._part, completed=int(told["done"]), total=int(told["total"]), unit=told["unit"], description=escape(message)
        )

    def _end_part(self) -> None:
        if self._part is not None:
            self._progress.remove_task(self._part)
            self._part = None
