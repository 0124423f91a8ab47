"""Isolation of readers: strangers' files are parsed in worker processes with a deadline and a memory cap.

Lives here: the processes, their protocol and how they end. Must not live here: any parsing (engines.reading) or caching (landing).

A worker is a plain child process (`python -m empathy_assets.adapters.isolation`), no fork and no `multiprocessing`: it imports nothing
of the caller's main module and works under Dagster, in threads and in notebooks. It takes one JSON job per line on stdin, writes the
rows as Parquet parts and answers one JSON line. A worker that hangs, outgrows its memory or dies is killed, its file becomes a reject,
and a fresh one takes the next file. Workers stay from one source to the next: starting one takes longer than reading a small file.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from queue import LifoQueue
from types import TracebackType
from typing import IO, Any

import polars as pl

from empathy_assets.adapters import processes
from empathy_assets.adapters.kept import Kept, surroundings
from empathy_assets.adapters.row_frames import frame_of
from empathy_assets.engines.reading.result import Block, FileContext, Row
from empathy_assets.policy.load import number
from empathy_assets.records.licence import Rights

READER = "empathy_assets.engines.reading.read:stream_file"
_POLL_SECONDS = 0.05
_START_SECONDS = 90.0  # importing polars and lxml takes about 1 s, on a busy machine many
_IDLE_SECONDS = 5.0  # one landed source is read after the other, seconds apart; what idles keeps a hundred megabytes each
_READY = b"ready\n"
_BATCH_ROWS = 4000
_MIB = 1 << 20


@dataclass(frozen=True)
class Job:
    """One file to read: the reader's arguments, and the folder its Parquet parts go to."""

    path: str
    relative: str
    source: str
    rights: dict[str, Any]
    out: str
    reader: str = READER


@dataclass(frozen=True)
class Outcome:
    """How a job ended: the parts written in order, or the reason why there are none."""

    parts: list[str] = field(default_factory=list[str])
    reason: str = ""
    detail: str = ""


class ReaderStartError(RuntimeError):
    """The reader process itself does not start: the installation is at fault, not a file, so no file may be blamed for it."""


class _Worker:
    """One worker process, started when first needed and again after it was killed."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.errors: IO[bytes] | None = None
        self.greeted = False

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.kill()
            self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process; kill() closes it
            self.process = processes.worker("empathy_assets.adapters.isolation", self.errors)
        return self.process

    def run(self, job: Job, deadline: float, memory: int) -> Outcome:
        """Return how the job ended; whatever happens in the worker stays there.

        Raises:
            ReaderStartError: The worker cannot be started at all.
        """
        process = self._started()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None or not self._ready(process, stdout):
            raise ReaderStartError(f"the reader process did not start: {self._last_error()}. Reinstall the package, then run again.")
        try:
            stdin.write(json.dumps({**asdict(job), "alarm": int(deadline) + 60}).encode() + b"\n")
            stdin.flush()
        except OSError:
            return self._ended(process, "the worker was gone before the file was sent")
        verdict = self._watch(process, stdout, time.monotonic() + deadline, memory)
        if verdict == "ready":
            answer = stdout.readline()
            return _parsed(answer) if answer.endswith(b"\n") else self._ended(process, "the worker died while reading")
        self.kill()
        if verdict == "timeout":
            return Outcome(reason="timeout", detail=f"not read within {deadline:.0f} s; the reader was stopped")
        return Outcome(reason="memory", detail=f"reading it took more than {memory // _MIB} MiB; the reader was stopped")

    def _ready(self, process: subprocess.Popen[bytes], stdout: IO[bytes]) -> bool:
        """Return whether the worker has said that its imports are done; they do not count against a file's deadline."""
        if not self.greeted:
            verdict = self._watch(process, stdout, time.monotonic() + _START_SECONDS, sys.maxsize)
            self.greeted = verdict == "ready" and stdout.readline() == _READY
        return self.greeted

    def _watch(self, process: subprocess.Popen[bytes], stdout: IO[bytes], until: float, memory: int) -> str:
        while time.monotonic() < until:
            if select.select([stdout], [], [], _POLL_SECONDS)[0]:
                return "ready"
            if _resident(process.pid) > memory:
                return "memory"
        return "timeout"

    def _ended(self, process: subprocess.Popen[bytes], detail: str) -> Outcome:
        self.kill()
        return Outcome(reason="reader-crashed", detail=f"{detail} (exit status {process.returncode})")

    def _last_error(self) -> str:
        """Return the last line the process wrote to its standard error."""
        if self.errors is None or self.errors.closed:
            return "no message"
        self.errors.seek(0)
        lines = self.errors.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"no answer within {_START_SECONDS:.0f} s"

    def kill(self) -> None:
        """End the process, if there is one."""
        if self.errors is not None:
            self.errors.close()
        if self.process is None:
            return
        self.greeted = False
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self.process = None


def _parsed(answer: bytes) -> Outcome:
    try:
        return Outcome(**json.loads(answer))
    except (ValueError, TypeError):
        return Outcome(reason="reader-crashed", detail=f"the worker answered {answer[:80]!r}")


def _resident(pid: int) -> int:
    """Return the resident memory of a process in bytes; 0 where the system does not tell (no /proc)."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def deadline_of(size: int) -> float:
    """Return the seconds a file of `size` bytes may take, from policy."""
    return number("reading", "limits.deadline_seconds") + number("reading", "limits.deadline_seconds_per_mib") * size / _MIB


class _Readers:
    """A few workers; the one that was at work last is the first to be taken, so that no more are started than are needed at once."""

    def __init__(self, size: int) -> None:
        self._workers = [_Worker() for _ in range(size)]
        self.idle: LifoQueue[_Worker] = LifoQueue()
        for worker in self._workers:
            self.idle.put(worker)

    def dismiss(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.kill()


_KEPT: Kept[tuple[int, tuple[Hashable, ...]], _Readers] = Kept(lambda kind: _Readers(kind[0]), _Readers.dismiss, lambda: _IDLE_SECONDS)


class ReaderPool:
    """A few persistent workers, which stay for the next pool; use as a context manager.

    `run` keeps the order of the jobs whatever order they finish in.
    """

    def __init__(self, workers: int | None = None, *, deadline: Callable[[int], float] = deadline_of, memory: int | None = None) -> None:
        usual = int(number("reading", "limits.workers"))
        self.size = workers or usual
        self._deadline = deadline
        self._memory = memory or int(number("reading", "limits.memory_mib")) * _MIB
        self._at_work = _KEPT.at_work((max(self.size, usual), surroundings()))

    def __enter__(self) -> ReaderPool:
        self._readers = self._at_work.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._at_work.__exit__(kind, error, trace)

    def _one(self, job: Job) -> Outcome:
        try:
            size = Path(job.path).stat().st_size
        except OSError as error:
            return Outcome(reason="unreadable", detail=f"{type(error).__name__}: {error.strerror}")
        worker = self._readers.idle.get()
        try:
            return worker.run(job, self._deadline(size), self._memory)
        finally:
            self._readers.idle.put(worker)

    def run(self, jobs: Sequence[Job]) -> Iterator[Outcome]:
        """Yield the outcome of each job, in the order of the jobs."""
        with ThreadPoolExecutor(self.size) as threads:
            yield from threads.map(self._one, jobs)


def _reader(name: str) -> Callable[..., Iterator[Row | Block]]:
    module, _, function = name.partition(":")
    return getattr(import_module(module), function)


def perform(job: Job) -> Outcome:
    """Read one file and write its rows as Parquet parts named `<number>-<table>.parquet`; runs in the worker."""
    rows = _reader(job.reader)(Path(job.path), relative=job.relative, source=job.source, rights=Rights.model_validate(job.rights))
    out = Path(job.out)
    out.mkdir(parents=True, exist_ok=True)
    held: dict[str, list[dict[str, Any]]] = {}
    parts: list[str] = []

    def write(table: str, frame: pl.DataFrame) -> None:
        name = f"{len(parts):05d}-{table}.parquet"
        frame.write_parquet(out / name, compression="zstd", compression_level=1, statistics=False)  # nobody looks for a row in it
        parts.append(name)

    def flush(table: str) -> None:
        write(table, frame_of(table, held.pop(table)))

    for table, row in rows:
        if isinstance(row, pl.DataFrame):
            if table in held:
                flush(table)
            write(table, row)
            continue
        held.setdefault(table, []).append(row)
        if len(held[table]) >= _BATCH_ROWS:
            flush(table)
    for table in list(held):
        flush(table)
    return Outcome(parts=parts)


def rejected(job: Job, sha256: str, outcome: Outcome) -> dict[str, Any]:
    """Return the reject row for a job that gave no parts."""
    context = FileContext(job.source, job.relative, sha256, Rights.model_validate(job.rights))  # type: ignore[arg-type]
    return context.reject(outcome.reason, outcome.detail)[1]


def serve(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Answer jobs until stdin ends; an alarm ends the process should its parent be gone while a file hangs."""
    for line in stdin:
        job = json.loads(line)
        signal.alarm(job.pop("alarm"))
        try:
            outcome = perform(Job(**job))
        except MemoryError:
            outcome = Outcome(reason="memory", detail="the reader ran out of memory")
        except Exception as error:
            outcome = Outcome(reason="reader-crashed", detail=f"{type(error).__name__}: {error}")
        signal.alarm(0)
        stdout.write(json.dumps(asdict(outcome)).encode() + b"\n")
        stdout.flush()


def main() -> None:
    """Run as a worker: the protocol on the real stdout, whatever libraries print goes to stderr."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _reader(READER)
    channel.write(_READY)
    channel.flush()
    serve(sys.stdin.buffer, channel)


if __name__ == "__main__":
    main()
