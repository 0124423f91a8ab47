"""A worker of the crew: writes the chunks it is handed on standard input and answers one line for each.

Lives here: the child's side of the protocol. Must not live here: how a chunk is written (`run`) or who waits for it (`crew`).
"""

import os
import pickle
import signal
import sys
from typing import IO

from empathy_assets.adapters.data_designer.crew import DONE, FAILED, Task
from empathy_assets.adapters.data_designer.run import write_chunk


def serve(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Answer tasks until `stdin` ends; of a chunk that cannot be written the run, which then writes it itself, learns why."""
    while True:
        try:
            task: Task = pickle.load(stdin)  # nosec B301  # noqa: S301 - the parent's own
        except (EOFError, pickle.UnpicklingError):
            return
        try:
            write_chunk(task)
            answer = DONE
        except Exception:
            answer = FAILED
        stdout.write(answer)
        stdout.flush()


def main() -> None:
    """Run as a worker: the protocol on the real stdout, whatever libraries print goes to stderr; interrupts are the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        serve(sys.stdin.buffer, channel)
    except BrokenPipeError:  # the parent is gone: what was written is kept, nobody waits for the answer
        os._exit(1)


if __name__ == "__main__":
    main()
