"""Standard output into a pipe whose reader may leave early, as `head` does: the command ends silently, as other tools do.

Lives here: the stream and its exit code. Must not live here: what is printed.
"""

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

READER_GONE = 141
"""128 + SIGPIPE, what a shell reports of a tool that lost its reader; never 1, which says that a check failed."""


class Piped(io.FileIO):
    """A descriptor that ends the command once nobody reads it, and then takes everything for written.

    SIGPIPE's own default would do the same, but for every socket of the process too.
    """

    gone = False

    def write(self, data: Any, /) -> int | None:
        """Write bytes; the first ones that nobody reads any more end the command."""
        if self.gone:
            return memoryview(data).nbytes
        try:
            return super().write(data)
        except BrokenPipeError:
            self.gone = True
            raise SystemExit(READER_GONE) from None


def stream(descriptor: int) -> io.BufferedWriter:
    """Return a writer on a descriptor that stays open when the writer is closed."""
    return io.BufferedWriter(Piped(descriptor, "w", closefd=False))


@contextmanager
def watched_reader() -> Iterator[None]:
    """Let standard output end the command when its reader leaves; does nothing where it is no pipe."""
    found = _watch()
    try:
        yield
    except SystemExit:  # a run that lost its reader midway ends as failed, which is not what happened
        if found is not None and found.gone:
            raise SystemExit(READER_GONE) from None
        raise


def _watch() -> Piped | None:
    try:
        descriptor = sys.stdout.fileno()
        piped = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except (OSError, ValueError):  # captured, or closed from the start
        return None
    if not piped:
        return None
    sys.stdout.flush()
    raw = Piped(descriptor, "w", closefd=False)
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(raw), encoding=sys.stdout.encoding, errors=sys.stdout.errors)
    return raw
