"""Processes of this machine: how a worker of this one starts, whether one exists, which of all that ever had its number it is.

Lives here: asking the operating system. Must not live here: what follows from the answer, or what is said to a worker.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import IO


def worker(module: str, errors: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start a module as a process that is spoken to through its standard input and output.

    It finds the modules that this process finds, and uses one thread for frames, since there is a worker for each core. It gives memory
    back as soon as polars' own setting does: a reader is stopped by what it holds, and what it let go of shall not count.

    Args:
        module: What `python -m` runs.
        errors: Where its standard error goes; None: where this process's goes.
    """
    own = {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "POLARS_MAX_THREADS": "1", "_RJEM_MALLOC_CONF": "dirty_decay_ms:500"}
    env = {**os.environ, **own}
    command = [sys.executable, "-m", module]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=env)  # nosec B603  # noqa: S603 - fixed


def alive(pid: int) -> bool:
    """Return whether a process of this machine exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def at_work(pid: int, began_at: str) -> bool:
    """Return whether a process exists and is the one that began then; where either moment is unknown, its number decides."""
    return alive(pid) and (not began_at or began(pid) in ("", began_at))


def began(pid: int) -> str:
    """Return when a process of this machine began, as boot and tick: no other process ever has the same; empty where there is no /proc."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        return f"{boot} {after_name.split()[19]}"  # field 22 of proc(5): starttime
    except (OSError, IndexError):
        return ""
