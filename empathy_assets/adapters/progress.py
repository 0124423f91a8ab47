"""Reports of progress that are worth a line in a run's log: storing a line costs as much as storing a chunk.

Lives here: how often is told of. Must not live here: what is told (whoever counts), or uploads of files (`s3.progress`).
"""

import math
import time
from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Given (done, in all)."""


def paced(progress: Progress, *, every: float = 2.0, clock: Callable[[], float] = time.monotonic) -> Progress:
    """Return what passes on the first report, the last one, and of the others those that come `every` seconds after one passed on.

    Args:
        progress: Takes the reports.
        every: Seconds between two reports.
        clock: Seconds, monotonic.
    """
    due = -math.inf

    def tell(done: int, total: int) -> None:
        nonlocal due
        now = clock()
        if now >= due or done >= total:
            due = now + every
            progress(done, total)

    return tell
