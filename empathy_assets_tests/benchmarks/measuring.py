"""The one runner of the benchmarks: what a step costs, told in one line and kept as JSON.

Lives here: wall and CPU seconds, rows and MB per second, peak memory of the process tree. Must not live here: any work that is measured.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
import psutil

_POLL_SECONDS = 0.1


@dataclass
class Step:
    """One step: wall and CPU seconds (of the process tree), rows and MB of text it took, peak of the process tree in MB."""

    name: str
    wall: float = 0.0
    cpu: float = 0.0
    rows: int = 0
    text_mb: float = 0.0
    peak_mb: float = 0.0

    def line(self) -> str:
        """Return the step as a line."""
        wall = max(self.wall, 1e-9)
        speed = f"{self.rows / wall:9,.0f} rows/s {self.text_mb / wall:7.2f} MB/s {1000 * self.cpu / max(1, self.rows):7.3f} CPU s/1,000"
        return f"{self.name:<32} {self.wall:7.2f} s {self.cpu:7.2f} CPU s {self.rows:10,} rows {speed} {self.peak_mb:7,.0f} MB\n"


class Peak:
    """The highest memory of this process and all below it, looked at ten times a second; 0 where there is no /proc.

    Pages of files, which processes of one program share, count once: for the process that has most of them.
    """

    def __init__(self) -> None:
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()  # a step may be over before the first look

    def _watch(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            self._look()

    def _look(self) -> None:
        held = list(_pages(os.getpid()))
        own, shared = sum(resident - of_files for resident, of_files in held), max((of_files for _, of_files in held), default=0)
        self.bytes = max(self.bytes, (own + shared) * os.sysconf("SC_PAGE_SIZE"))


def _pages(pid: int) -> Iterator[tuple[int, int]]:
    """Yield the resident pages, and those of files among them, of a process and of all below it."""
    try:
        resident, of_files = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1:3]
        below = [child for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text(encoding="ascii").split()]
    except (OSError, ValueError):
        return
    yield int(resident), int(of_files)
    for child in below:
        yield from _pages(int(child))


def _cpu() -> float:
    """Return the CPU seconds of this process and all below it: those that ended, and those that stay from step to step."""
    ended = sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
    return ended + sum(map(_cpu_of, psutil.Process().children(recursive=True)))


def _cpu_of(process: psutil.Process) -> float:
    """Return the CPU seconds of a process and of those it has seen end; 0 where it has ended itself."""
    try:
        spent = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return spent.user + spent.system + spent.children_user + spent.children_system


@contextmanager
def timed(steps: list[Step], name: str) -> Iterator[Step]:
    """Add a step to `steps` and print it; the block gives its rows and text."""
    step = Step(name)
    wall, cpu = time.perf_counter(), _cpu()
    with Peak() as peak:
        yield step
    step.wall, step.cpu, step.peak_mb = time.perf_counter() - wall, _cpu() - cpu, peak.bytes / 1e6
    steps.append(step)
    sys.stdout.write(step.line())
    sys.stdout.flush()


def together(steps: Sequence[Step], rows: int, text_mb: float, name: str = "together") -> Step:
    """Return and print the sum of `steps`, which took turns on `rows` rows."""
    peak = max((step.peak_mb for step in steps), default=0.0)
    total = Step(name, sum(step.wall for step in steps), sum(step.cpu for step in steps), rows, text_mb, peak)
    sys.stdout.write(total.line())
    sys.stdout.flush()
    return total


def write_figures(steps: Sequence[Step], out: Path) -> None:
    """Write `figures.json` of `steps` into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "figures.json").write_text(json.dumps([asdict(step) for step in steps], indent=2) + "\n", encoding="utf-8")


def text_mb(frame: pl.DataFrame) -> float:
    """Return the text of the conversations in MB."""
    words = frame["turns"].explode().struct.field("content").str.len_bytes()
    return float(words.sum() or 0) / 1e6
