"""The score command: stream JSONL through the two judges, over several processes, in the order given."""

from __future__ import annotations

import gzip
import io
import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console

from empathy_assets.console.pipes import stream
from empathy_assets.console.progress import live
from empathy_assets.engines.scoring.crisis import load_detector
from empathy_assets.engines.scoring.ears import load_scorer
from empathy_assets.engines.scoring.score import score_rows

STREAM = Path("-")
"""Stands for standard input and standard output."""

PROCESSES = 2
"""Processes a long file is divided over; each holds both judges, about 400 MB."""

_ROWS, _CHARACTERS = 1024, 1 << 22  # a share of work: whichever is reached first bounds memory
_IN_PROCESS = 2 * _ROWS  # starting processes takes a second or two, which fewer rows do not repay
_AHEAD = 2  # shares waiting per process

Share = list[str]
Numbered = tuple[int, Share]


def run_score(source: Path, target: Path, console: Console, processes: int = PROCESSES) -> dict[str, Any]:
    """Write one result per line of `source` to `target`, in order; a line that cannot be judged becomes an error row.

    Args:
        source: JSONL, gzipped where the name ends in `.gz`; `-` is standard input. Blank lines are skipped.
        target: Likewise; `-` is standard output.
        console: Where progress is shown.
        processes: How many processes a long file is divided over; the results are the same for any number.

    Returns:
        What was done: `rows`, `errors`, `flagged`, `seconds`, `rows_per_second`.
    """
    began = time.perf_counter()
    done = {"rows": 0, "errors": 0, "flagged": 0}
    with ExitStack() as stack:
        lines = stack.enter_context(_reading(source))
        out = stack.enter_context(_writing(target))
        size = source.stat().st_size if source != STREAM and source.suffix != ".gz" else None
        progress = stack.enter_context(live(console, counted=False))
        task = progress.add_task("scoring", total=size, unit="rows")
        read = 0
        for share, results in _judged(_shares(lines), processes):
            for text, flagged, failed in results:
                out.write(text + "\n")
                done["rows"] += 1
                done["errors"] += failed
                done["flagged"] += flagged
            read += sum(len(line.encode("utf-8", "replace")) for line in share)
            progress.update(task, completed=read, each=done["rows"] / max(1, read), description=f"{done['rows']:,} rows scored")
    seconds = time.perf_counter() - began
    return {**done, "seconds": round(seconds, 3), "rows_per_second": round(done["rows"] / max(seconds, 1e-9), 1)}


def _reading(source: Path) -> TextIO:
    """Return the lines of a file or of standard input; bytes that are no UTF-8 become replacement characters."""
    if source == STREAM:
        return io.TextIOWrapper(io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False)), encoding="utf-8-sig", errors="replace")
    if source.suffix == ".gz":
        return gzip.open(source, "rt", encoding="utf-8-sig", errors="replace")
    return source.open(encoding="utf-8-sig", errors="replace")


def _writing(target: Path) -> TextIO:
    """Return a text stream; a lone surrogate, which has no UTF-8, is written as the JSON escape it came from."""
    if target == STREAM:
        return io.TextIOWrapper(stream(sys.stdout.fileno()), encoding="utf-8", errors="backslashreplace", newline="\n")
    if target.suffix == ".gz":
        plain = gzip.GzipFile(target, "wb", mtime=0)  # no time stamp: same results, same bytes
        return io.TextIOWrapper(plain, encoding="utf-8", errors="backslashreplace", newline="\n")
    return target.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")


def _shares(lines: TextIO) -> Iterator[Numbered]:
    """Yield (number of the first line, lines) in bounded shares; blank lines are kept, so that line numbers hold."""
    first, share, size = 1, [], 0
    for line in lines:
        share.append(line)
        size += len(line)
        if len(share) >= _ROWS or size >= _CHARACTERS:
            yield first, share
            first, share, size = first + len(share), [], 0
    if share:
        yield first, share


def _judged(shares: Iterator[Numbered], processes: int) -> Iterator[tuple[Share, list[tuple[str, bool, bool]]]]:
    """Yield each share with its results, in order."""
    head: list[Numbered] = list(islice(shares, _IN_PROCESS // _ROWS + 1))
    if processes <= 1 or len(head) <= _IN_PROCESS // _ROWS:
        for numbered in chain(head, shares):
            yield numbered[1], _judge(numbered)
        return
    # Spawned, not forked: the parent has threads (progress, arrays) that a fork would copy in an unknown state.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting: deque[tuple[Share, Future[list[tuple[str, bool, bool]]]]] = deque()
        for numbered in chain(head, shares):
            waiting.append((numbered[1], pool.submit(_judge, numbered)))
            if len(waiting) > _AHEAD * processes:
                share, future = waiting.popleft()
                yield share, future.result()
        while waiting:
            share, future = waiting.popleft()
            yield share, future.result()


def _judge(numbered: Numbered) -> list[tuple[str, bool, bool]]:
    """Return (result as JSON, is flagged, is an error) per line that is not blank."""
    first, lines = numbered
    rows = [_row(line, first + k) for k, line in enumerate(lines) if line.strip()]
    return [
        (json.dumps(result, ensure_ascii=False), bool(result.get("crisis", {}).get("flagged")), "error" in result)
        for result in score_rows(rows, load_detector(), load_scorer())
    ]


def _row(line: str, number: int) -> dict[str, Any] | str:
    try:
        row = json.loads(line, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        return f"line {number} is not JSON: {error}; expected one object per line"
    return row if isinstance(row, dict) else f"line {number} holds {type(row).__name__}, expected an object"


def _refused(constant: str) -> None:
    raise ValueError(f"found {constant}, which JSON does not have")
