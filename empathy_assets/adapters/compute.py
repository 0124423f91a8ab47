"""Heavy maps over frames: chunked, cached by content, on a pool of processes of this machine or of a Ray cluster.

Lives here: how chunks are cut, run and kept; the pool of local processes. Must not live here: what is computed (the mapped function is
a pure engine function that can be pickled by name, so that every pool gives the same bytes), or how Ray is reached (`ray_pool`).
"""

import io
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from multiprocessing.connection import wait
from typing import Protocol

import polars as pl

from empathy_assets.adapters.cache import FrameCache, chunks, fingerprint, rechunked
from empathy_assets.adapters.kept import Kept
from empathy_assets.adapters.progress import Progress

CHUNK_ROWS = 2_048  # about 5 MB of dialogue: small enough to lose little in a crash, large enough to vectorise
_FEW = 2  # chunks that are computed sooner than processes start
_IDLE_SECONDS = 5.0  # how long processes wait for the next map: starting them and loading models costs seconds, keeping them memory
_FRAME_THREADS = "POLARS_MAX_THREADS"
_AHEAD = 2  # chunks a process is given at a time: the next one waits for it, the rest of the frame is not held twice

Function = Callable[[pl.DataFrame], pl.DataFrame]


class Pool(Protocol):
    """Where chunks are computed."""

    def run(self, function: Function, parts: Iterable[tuple[int, pl.DataFrame]]) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield (index, result) for (index, chunk) as they are finished, in any order; of `parts` only those at work are held."""
        ...


def packed(frame: pl.DataFrame) -> bytes:
    """Return a frame as bytes for another process: what it holds and no more, while a pickled slice takes all it was cut from along."""
    stream = io.BytesIO()
    frame.write_ipc(stream)
    return stream.getvalue()


def apply_packed(function: Function, data: bytes) -> bytes:
    """Return the packed result of `function` for a packed frame; runs in the other process."""
    return packed(function(pl.read_ipc(data)))


def worker_count() -> int:
    """Return how many processes may compute at once on this machine."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _started(size: int) -> ProcessPoolExecutor:
    """Return a pool whose processes use one thread for frames each, since there is a process for each core.

    Polars counts its threads while it is imported, before any initializer runs: a process has to start in an environment that says so.
    """
    pool = ProcessPoolExecutor(size, mp_context=multiprocessing.get_context("spawn"), initializer=_settle_in)
    before = {name: value for name, value in os.environ.items() if name == _FRAME_THREADS}
    os.environ[_FRAME_THREADS] = "1"
    try:
        for _ in range(size):
            pool.submit(os.getpid)  # each starts a process, as none is idle yet
    finally:
        del os.environ[_FRAME_THREADS]
        os.environ.update(before)
    return pool


def _ended(executor: ProcessPoolExecutor) -> None:
    executor.shutdown(wait=True, cancel_futures=True)


# Processes stay for the next map: a build maps stage after stage with the same models.
_CREW = Kept(_started, _ended, lambda: _IDLE_SECONDS)


def _settle_in() -> None:
    """Make this process a good worker: no life without its parent."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent.sentinel], daemon=True).start()


def _end_with(sentinel: int) -> None:
    """Wait for the parent's end, which a worker without work would not notice, and end."""
    wait([sentinel])
    os._exit(1)


@dataclass(frozen=True)
class ProcessPool:
    """Processes of this machine; one per core by default, and none when there is little to do."""

    workers: int = 0

    def run(self, function: Function, parts: Iterable[tuple[int, pl.DataFrame]]) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield (index, result) for (index, chunk), in order."""
        workers = self.workers or worker_count()
        waiting = iter(parts)
        head = list(islice(waiting, _FEW + 1)) if workers > 1 else []
        if len(head) <= _FEW:
            yield from ((index, function(part)) for index, part in chain(head, waiting))
            return
        running: deque[tuple[int, Future[bytes]]] = deque()
        with _CREW.at_work(workers) as pool:
            for index, part in chain(head, waiting):
                running.append((index, pool.submit(apply_packed, function, packed(part))))
                if len(running) > _AHEAD * workers:
                    yield _finished(running)
            while running:
                yield _finished(running)


def _finished(running: deque[tuple[int, Future[bytes]]]) -> tuple[int, pl.DataFrame]:
    """Return the eldest chunk that runs, when it is finished."""
    index, future = running.popleft()
    return index, pl.read_ipc(future.result())


def map_frame(
    function: Function,
    frame: pl.DataFrame,
    *,
    namespace: str,
    version: str,
    cache: FrameCache,
    pool: Pool | None = None,
    progress: Progress | None = None,
    rows: int = 0,
) -> list[pl.DataFrame]:
    """Apply `function` to consecutive chunks of `frame` and return the results in order; the arguments are those of `computed`."""
    keys = computed(function, frame, namespace=namespace, version=version, cache=cache, pool=pool, progress=progress, rows=rows)
    parts = chunks(frame, rows or CHUNK_ROWS)
    return [cache.get(namespace, *key, compute=partial(function, part)) for key, part in zip(keys, parts, strict=True)]


def computed(
    function: Function,
    frame: pl.DataFrame | Iterable[pl.DataFrame],
    *,
    namespace: str,
    version: str,
    cache: FrameCache,
    pool: Pool | None = None,
    progress: Progress | None = None,
    rows: int = 0,
    took: Callable[[str, pl.DataFrame], None] | None = None,
) -> list[tuple[str, str]]:
    """Apply `function` to consecutive chunks of `frame` and return the keys under which the results are kept, in order.

    Each finished chunk is kept in the cache at once, so a killed run loses at most the chunks in flight; and no more than those are held.

    Args:
        function: Pure, picklable, chunk-wise: the result of a chunk must not depend on the other chunks.
        frame: The rows; or frames that hold them one after another, of which no more is held than the chunks at work.
        namespace: Cache folder.
        version: Versions of everything the result depends on besides the rows.
        cache: Where finished chunks are kept.
        pool: Where chunks are computed; processes of this machine by default.
        progress: Called with (chunks done, chunks in all, as far as they are known).
        rows: Rows of a chunk; 0: `CHUNK_ROWS`. The last chunk of a frame keeps one process busy alone: costly work wants small ones.
        took: Given (first part of the key, result) of each chunk that was computed, once it is kept.
    """
    size = rows or CHUNK_ROWS
    known = [frame] if isinstance(frame, pl.DataFrame) else frame if isinstance(frame, Sequence) else ()
    total = -(-sum(part.height for part in known) // size)
    keys: list[tuple[str, str]] = []
    done = 0

    def missing() -> Iterator[tuple[int, pl.DataFrame]]:
        nonlocal done
        for part in chunks(frame, size) if isinstance(frame, pl.DataFrame) else rechunked(frame, size):
            keys.append((fingerprint(part), version))
            if cache.has(namespace, *keys[-1]):
                done += 1
            else:
                yield len(keys) - 1, part

    for index, result in (pool or ProcessPool()).run(function, missing()):
        cache.put(namespace, *keys[index], frame=result)
        done += 1
        if took:
            took(keys[index][0], result)
        if progress:
            progress(done, max(total, len(keys)))
    return keys
