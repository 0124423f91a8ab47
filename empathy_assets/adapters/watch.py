"""What a sensor sees and remembers: marks of the files that lie in landing, compared with those of the last look.

Lives here: listing, comparing, waiting until a copy is complete, telling a dead run from a live one.
Must not live here: what is done about a change (defs/automation).
"""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from empathy_assets.records.ids import digest

QUERIES = "queries"
"""Folder of dropped search lines; they are asked of the services, not read as raw material."""

_SETTLE = 3.0  # seconds a landed file must stay as it is; a copy under way grows many times in that span
_REPLY = 2.0  # seconds a live process of this machine has to accept a connection


class Memory(BaseModel):
    """The cursor of a sensor: what it acted on last, and how often it has asked for a build."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: dict[str, str] = Field(default_factory=dict[str, str], description="Mark by name: landing folder, or the query list.")
    asked: int = Field(default=0, ge=0, description="Builds asked for so far; part of each run key, as a state may return.")

    @classmethod
    def of(cls, cursor: str | None) -> "Memory | None":
        """Return the memory in a cursor; None for an empty or a foreign one."""
        try:
            return cls.model_validate_json(cursor) if cursor else None
        except ValidationError:
            return None

    def changed(self, now: dict[str, str]) -> list[str]:
        """Return the names whose mark is new, different or gone."""
        return sorted(name for name in self.state.keys() | now.keys() if self.state.get(name) != now.get(name))


def snapshot(landing: Path, until: float | None = None) -> dict[str, str]:
    """Return a mark (size and time of change) per visible file below `landing`, by relative path; empty if there is no such folder.

    Args:
        landing: Landing root; dropped queries do not count.
        until: Only files that arrived by then (seconds since the epoch).
    """
    marks: dict[str, str] = {}
    for path in sorted(landing.rglob("*")):
        parts = path.relative_to(landing).parts
        if parts[0] == QUERIES or any(part.startswith(".") for part in parts):
            continue
        try:
            stat = path.stat()
        except OSError:  # renamed or removed since it was listed: the next look tells
            continue
        # The time of the inode's change is the time of arrival even where a copy keeps the time of modification.
        if path.is_file() and (until is None or stat.st_ctime <= until):
            marks["/".join(parts)] = f"{stat.st_size}:{stat.st_mtime_ns}"
    return marks


def by_folder(marks: dict[str, str]) -> dict[str, str]:
    """Return one hash per top folder (or file) of a snapshot, so that a cursor stays small whatever has landed."""
    folders: dict[str, list[str]] = {}
    for name, mark in marks.items():
        folders.setdefault(name.split("/", 1)[0], []).append(f"{name}={mark}")
    return {folder: digest(*entries) for folder, entries in sorted(folders.items())}


def settled(look: Callable[[], dict[str, str]], seen: dict[str, str], sleep: Callable[[float], None] = time.sleep) -> bool:
    """Return whether a second look, a few seconds later, still sees the same; if not, files are being copied."""
    sleep(_SETTLE)
    return look() == seen


def abandoned(grpc_info: str | None) -> bool:
    """Return whether the server a run was started by is gone, as after a crash of the machine.

    Args:
        grpc_info: How Dagster reaches that server, as JSON. Only a socket of this machine can be judged; anything else counts as alive.
    """
    try:
        address = json.loads(grpc_info or "{}").get("socket")
    except (ValueError, AttributeError):
        return False
    if not address:
        return False
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_REPLY)
        try:
            connection.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:
            return False
    return False
