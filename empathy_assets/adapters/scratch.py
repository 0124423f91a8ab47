"""Scratch files and folders: named after the process that makes them, and removed by the next build where that process is gone.

Lives here: their names, and the search for those a kill left. Must not live here: what is written into them, or how a finished one becomes
visible (`storage`).
"""

import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from empathy_assets.adapters.processes import at_work, began
from empathy_assets.policy.load import number
from empathy_assets.records.ids import digest

_PREFIX = "empathy-"  # in the system's temporary folder
_MARK = re.compile(r"(?:^|[.-])([0-9a-f]{8})~(\d+)~([0-9a-f]{8})(?=[.-])")
_MIB = 1 << 20


@dataclass(frozen=True)
class Swept:
    """What a kill had left and is removed."""

    entries: int = 0
    bytes: int = 0

    def __bool__(self) -> bool:
        return self.entries > 0

    def __str__(self) -> str:
        return f"{self.entries} scratch files or folders ({self.bytes / _MIB:,.1f} MiB) of builds that were killed are removed"


def mark() -> str:
    """Return what the names of this process's scratch carry: its machine, its number, and when it began."""
    return _own_mark(os.getpid())


@cache
def _own_mark(pid: int) -> str:
    return _mark(pid)


def _mark(pid: int) -> str:
    return f"{_short(socket.gethostname())}~{pid}~{_short(began(pid))}"


def _short(text: str) -> str:
    return digest(text)[:8]


def scratch_file(folder: Path, name: str) -> Path:
    """Make an empty file beside the one it shall become."""
    handle, path = tempfile.mkstemp(prefix=f".{name}.{mark()}.", suffix=".part", dir=folder)
    os.close(handle)
    return Path(path)


def scratch_folder(folder: Path, name: str) -> Path:
    """Make an empty folder beside those that will be moved out of it."""
    return Path(tempfile.mkdtemp(prefix=f".{name}.{mark()}.", suffix=".part", dir=folder))


def temporary(name: str) -> "tempfile.TemporaryDirectory[str]":
    """Return a folder in the system's temporary one that lasts as long as its block."""
    return tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{name}-{mark()}-")


def sweep(*folders: Path) -> Swept:
    """Remove what processes that are gone have left in these folders, at any depth, and in the system's temporary one.

    What carries the mark of a living process stays. What carries that of another machine, or none, is removed once it has been left alone
    for as long as policy says.
    """
    temporary = Path(tempfile.gettempdir())
    marked = (entry for entry in _entries(temporary) if entry.name.startswith((_PREFIX, ".")) and _MARK.search(entry.name))
    found = {Path(entry.path) for entry in marked if _gone(entry)}
    for folder in folders:
        found |= {Path(entry.path) for entry in _scratch(folder) if _gone(entry)}
    sizes = [_remove(path) for path in sorted(found)]
    return Swept(len(sizes), sum(sizes))


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    """Return what a folder holds; nothing where it is not there (any more)."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []


def _scratch(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    for entry in _entries(folder):
        if entry.name.startswith(".") and entry.name.endswith(".part"):
            yield entry
        elif entry.is_dir(follow_symlinks=False):
            yield from _scratch(entry.path)


def _gone(entry: os.DirEntry[str]) -> bool:
    """Return whether nobody will come back to an entry."""
    found = _MARK.search(entry.name)
    if found and found[1] == _short(socket.gethostname()):
        pid = int(found[2])
        return not at_work(pid, "") or _mark(pid).rpartition("~")[2] != found[3]
    try:
        age = time.time() - entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return False
    return age > number("storage", "scratch.hours") * 3600


def _remove(path: Path) -> int:
    """Remove a file or folder and return how many bytes it held."""
    inside = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    size = 0
    for file in inside:
        with suppress(FileNotFoundError):  # another build may sweep too
            size += file.stat().st_size
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return size
