"""The processes that a test's process, or another, has started: read from /proc, so that nothing of the crew's insides is touched."""

import os
import time
from pathlib import Path


def children(pid: int | None = None) -> list[int]:
    """Return the worker processes whose parent is `pid`, by default this process."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            command = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == (pid or os.getpid()) and b"data_designer.worker" in command:
            found.append(int(path.name))
    return found


def gone(pids: list[int], seconds: float = 30.0) -> bool:
    """Return whether all of `pids` end within a time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(_runs(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _runs(pid: int) -> bool:
    """Return whether anything of a process is left: its first thread may be a zombie while others end, and cannot be waited for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" or len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except OSError:
        return False
