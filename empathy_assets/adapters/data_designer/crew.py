"""The crew: worker processes that write chunks of the grammar's rows ahead of the run that collects them.

Lives here: the processes, what they are handed and how they end. Must not live here: what a worker does (`worker`), which chunks are
handed out or what becomes of them (`run`).

A worker is a plain child process (`python -m empathy_assets.adapters.data_designer.worker`), no fork and no `multiprocessing`: it imports
nothing of the caller's main module and works under Dagster, in threads and in notebooks. What it wrote it leaves among the kept chunks, so
that the bytes are the same whoever wrote them and a kill costs the chunks in hand. Its standard input ends with its parent, and so does it.
Workers stay from one generated source to the next: importing Data Designer and reading the banks costs each of them seconds.
"""

import pickle
import subprocess
import threading
from collections.abc import Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import polars as pl

from empathy_assets.adapters import processes
from empathy_assets.adapters.data_designer.chunks import Material
from empathy_assets.adapters.data_designer.settings import GenerationSettings
from empathy_assets.adapters.kept import Kept, surroundings

DONE, FAILED = b"done\n", b"failed\n"
"""What a worker answers; one that died answers nothing."""

_MODULE = "empathy_assets.adapters.data_designer.worker"
_IDLE_SECONDS = 60.0  # a source is held against its passages for half a minute before the next one is written
_LOST_IN_A_ROW = 2  # a process that never gets anywhere is not started for every chunk


@dataclass(frozen=True)
class Task:
    """One chunk to write: embedded rows of one kind, what they are written from, and the folder of the run."""

    rows: pl.DataFrame
    material: Material
    settings: GenerationSettings
    folder: Path


class _Worker:
    """One process, started when first needed and again after it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._lost = 0
        self._dismissed = False
        self._lock = threading.Lock()

    def encourage(self) -> None:
        """Forget how often the process was lost: what ails one source need not ail the next."""
        self._lost = 0

    def write(self, task: Task) -> bool:
        """Return whether the chunk was written; whatever happens in the process stays there."""
        process = self._started()
        if process is None or process.stdin is None or process.stdout is None:
            return False
        try:
            pickle.dump(task, process.stdin)
            process.stdin.flush()
            answer = process.stdout.readline()
        except (OSError, ValueError):  # the process, or the pipe to it, is gone
            answer = b""
        if answer in (DONE, FAILED):
            self._lost = 0
            return answer == DONE
        self._lost += 1
        self._end()
        return False

    def dismiss(self) -> None:
        """End the process for good."""
        with self._lock:
            self._dismissed = True
            self._end()

    def _started(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._process is not None and self._process.poll() is not None:  # it ended while it waited for work
                self._end()
            if self._process is None and not self._dismissed and self._lost < _LOST_IN_A_ROW:
                self._process = processes.worker(_MODULE)
            return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        with suppress(OSError):  # what it never read is of no use
            process.communicate()


class Crew:
    """As many workers as are asked for, none included. No process is left when it is dismissed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._workers = [_Worker() for _ in range(size)]
        self._threads = ThreadPoolExecutor(max(1, size))  # starts none before it is needed
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def encourage(self) -> None:
        """Give every worker its chances again."""
        for worker in self._workers:
            worker.encourage()

    def dismiss(self) -> None:
        """End the processes for good, in the middle of a chunk if need be."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.dismiss()
        self._threads.shutdown()

    def write(self, task: Task) -> Future[bool]:
        """Return at once; the future tells whether the chunk is kept. Chunks are taken up in the order they are handed in."""
        return self._threads.submit(self._one, task)

    def _one(self, task: Task) -> bool:
        worker = self._idle.get()
        try:
            return worker.write(task)
        finally:
            self._idle.put(worker)


_KEPT: Kept[tuple[int, Path, tuple[Hashable, ...]], Crew] = Kept(lambda kind: Crew(kind[0]), Crew.dismiss, lambda: _IDLE_SECONDS)


@contextmanager
def crew_at_work(size: int, folder: Path) -> Iterator[Crew]:
    """Yield a crew for runs in `folder`, which stays for a while when the block ends well.

    Args:
        size: Workers, none included.
        folder: Folder of the tasks; Data Designer's home in it is chosen when a worker imports the library.
    """
    if not size:
        yield Crew(0)
        return
    with _KEPT.at_work((size, folder, surroundings())) as crew:
        crew.encourage()
        yield crew
