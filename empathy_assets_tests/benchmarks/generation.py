"""Generation by the embedded grammar, timed step by step: `python -m empathy_assets_tests.benchmarks.generation --out DIR`.

Plan a release of `--target` conversations, write some rows of each kind in this process (what a dialogue costs), then write and keep every
row of the plan through Data Designer, asset by asset, as a build does. Each step prints wall and CPU seconds (worker processes included),
rows and MB of text per second, CPU seconds per thousand rows, and the peak resident memory of this process and its children together;
`figures.json` holds the same. Passages are those of the folder `--passages` (Parquet files), by default none.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

_POLL_SECONDS = 0.1


@dataclass
class Step:
    """One step: wall and CPU seconds (children that ended included), rows and MB of text it made, peak of the process tree in MB."""

    name: str
    wall: float = 0.0
    cpu: float = 0.0
    rows: int = 0
    text_mb: float = 0.0
    peak_mb: float = 0.0

    def line(self) -> str:
        """Return the step as a line."""
        wall = max(self.wall, 1e-9)
        speed = f"{self.rows / wall:8,.0f} rows/s {self.text_mb / wall:7.2f} MB/s {1000 * self.cpu / max(1, self.rows):7.2f} CPU s/1,000"
        return f"{self.name:<32} {self.wall:7.1f} s {self.cpu:7.1f} CPU s {self.rows:8,} rows {speed} {self.peak_mb:7,.0f} MB\n"


class Peak:
    """The highest resident memory of this process and its children, looked at ten times a second; 0 where there is no /proc."""

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

    def _watch(self) -> None:
        while not self._ended.wait(_POLL_SECONDS):
            self.bytes = max(self.bytes, _resident_of(os.getpid()))


def _resident_of(pid: int) -> int:
    """Return the resident bytes of a process and all below it."""
    try:
        own = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        below = [child for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text(encoding="ascii").split()]
    except (OSError, ValueError, IndexError):
        return 0
    return own + sum(_resident_of(int(child)) for child in below)


def _cpu() -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


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


def text_mb(frame: pl.DataFrame) -> float:
    """Return the text of the conversations in MB."""
    words = frame["turns"].explode().struct.field("content").str.len_bytes()
    return float(words.sum() or 0) / 1e6


def passages_in(folder: Path | None) -> pl.DataFrame:
    """Return the passages of a folder's Parquet files, none without a folder."""
    from empathy_assets.records.arrow import empty_frame
    from empathy_assets.records.passage import Passage

    files = sorted(folder.rglob("*.parquet")) if folder else []
    return pl.concat([empty_frame(Passage), *map(pl.read_parquet, files)])


def measure(target: int, sample: int, passages: pl.DataFrame, out: Path, workers: int) -> list[Step]:
    """Plan, write a sample of each kind, generate all; return the steps."""
    from empathy_assets.adapters.data_designer import GenerationSettings, generate
    from empathy_assets.engines.generating.grammar.writing import write
    from empathy_assets.engines.generating.plan import build_plan
    from empathy_assets.policy.releases import mix

    steps: list[Step] = []
    with timed(steps, "plan") as step:
        shares = mix()
        plan = build_plan(target=target, stage_shares=shares, passages=passages, expected_corpus=0, seed=7, backend="embedded")
        step.rows = plan.height
    for rows in plan.partition_by("kind", maintain_order=True) if sample else ():
        some, kind = rows.gather_every(max(1, rows.height // sample)), rows["kind"][0]
        write(some.head(1), passages)  # its bank is loaded once, however many rows there are
        with timed(steps, f"write {kind}") as step:
            made = write(some, passages)
            step.rows, step.text_mb = made.height, text_mb(made)
    shutil.rmtree(out / "generation", ignore_errors=True)
    with timed(steps, "generate") as whole:
        for rows in plan.partition_by("asset", maintain_order=True):
            with timed(steps, f"generate {rows['asset'][0]}") as step:
                made = generate(rows, passages, GenerationSettings(workers=workers), out / "generation").frame
                step.rows, step.text_mb = made.height, text_mb(made)
            whole.rows, whole.text_mb = whole.rows + step.rows, whole.text_mb + step.text_mb
    return steps


def main() -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the chunks and the figures")
    parser.add_argument("--target", type=int, default=60_000, help="conversations of the release")
    parser.add_argument("--sample", type=int, default=1000, help="rows of each kind written in this process; 0: none")
    parser.add_argument("--passages", type=Path, help="folder of passages as Parquet files")
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: one for each core")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    steps = measure(chosen.target, chosen.sample, passages_in(chosen.passages), chosen.out, chosen.workers)
    (chosen.out / "figures.json").write_text(json.dumps([asdict(step) for step in steps], indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
