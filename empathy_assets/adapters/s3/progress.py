"""The progress of uploads as sentences: for a log, an event log, or the line of a console that shows what is going on."""

import time
from collections.abc import Callable

from empathy_assets.adapters.s3.settings import MIB
from empathy_assets.adapters.s3.upload import Progress


def spoken(say: Callable[[str], object], *, every: float = 2.0, clock: Callable[[], float] = time.monotonic) -> Progress:
    """Return a callback for uploads that says how far a large file is.

    Args:
        say: Takes a sentence, e.g. `context.log.info`.
        every: Seconds between two sentences on one file; a file that is done within them is not spoken of.
        clock: Seconds, monotonic.
    """
    begun: dict[str, tuple[float, int]] = {}
    last: dict[str, float] = {}

    def tell(name: str, done: int, size: int) -> None:
        now = clock()
        start, first = begun.setdefault(name, (now, done))
        if now - last.setdefault(name, now) < every:
            return
        last[name] = now
        rate = (done - first) / MIB / (now - start)
        say(f"uploading {name}: {done / MIB:,.0f} of {size / MIB:,.0f} MiB, {rate:.1f} MiB/s")

    return tell
