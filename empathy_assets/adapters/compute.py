"""Heavy maps over frames: chunked, cached by content, on as many processes as are useful.

Lives here: how chunks are run and kept. Must not live here: what is computed; the mapped function is a pure engine function that can
be pickled by name, so the same map runs in-process, in worker processes or on a cluster with the same bytes.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import polars as pl

from empathy_assets.adapters.cache import FrameCache, chunks, fingerprint

CHUNK_ROWS = 2_048  # about 5 MB of dialogue: small enough to lose little in a crash, large enough to vectorise

Progress = Callable[[int, int], None]


def worker_count() -> int:
    """Return how many processes may compute at once on this machine."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def map_frame(
    function: Callable[[pl.DataFrame], pl.DataFrame],
    frame: pl.DataFrame,
    *,
    namespace: str,
    version: str,
    cache: FrameCache,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[pl.DataFrame]:
    """Apply `function` to consecutive chunks of `frame` and return the results in order.

    Each finished chunk is kept in the cache at once, so a killed run loses at most the chunks in flight.

    Args:
        function: Pure, picklable, chunk-wise: the result of a chunk must not depend on the other chunks.
        frame: The rows.
        namespace: Cache folder.
        version: Versions of everything the result depends on besides the rows.
        cache: Where finished chunks are kept.
        workers: Processes; by default one per core, and none when there is little to do.
        progress: Called with (chunks done, chunks in all).
    """
    parts = list(chunks(frame, CHUNK_ROWS))
    keys = [(fingerprint(part), version) for part in parts]
    missing = [i for i, key in enumerate(keys) if not cache.has(namespace, *key)]
    done = len(parts) - len(missing)
    for index, result in _computed(function, parts, missing, workers or worker_count()):
        cache.put(namespace, *keys[index], frame=result)
        done += 1
        if progress:
            progress(done, len(parts))
    return [cache.get(namespace, *key, compute=partial(function, part)) for key, part in zip(keys, parts, strict=True)]


def _computed(
    function: Callable[[pl.DataFrame], pl.DataFrame], parts: list[pl.DataFrame], missing: list[int], workers: int
) -> Iterator[tuple[int, pl.DataFrame]]:
    """Yield (chunk index, result) for the missing chunks."""
    if workers == 1 or len(missing) <= 2:  # starting processes costs more than two chunks do
        yield from ((index, function(parts[index])) for index in missing)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(missing)), mp_context=spawn) as pool:
        yield from zip(missing, pool.map(function, (parts[i] for i in missing)), strict=True)
