"""A snapshot of the landing folder: what lies there now, compared with what lay there before.

Lives here: listing and comparing. Must not live here: what is done about a change (defs/automation).
"""

import json
from pathlib import Path

from empathy_assets.records.ids import digest


def snapshot(landing: Path) -> dict[str, str]:
    """Return a mark (size and time of change) per visible file below `landing`, by relative path; empty if there is no such folder."""
    files = (p for p in landing.rglob("*") if p.is_file() and not any(part.startswith(".") for part in p.relative_to(landing).parts))
    marks = ((p.relative_to(landing).as_posix(), p.stat()) for p in sorted(files))
    return {name: f"{stat.st_size}:{stat.st_mtime_ns}" for name, stat in marks}


def as_cursor(marks: dict[str, str]) -> str:
    """Return a snapshot as a cursor: per top folder one hash, so that it stays small whatever has landed."""
    folders: dict[str, list[str]] = {}
    for name, mark in marks.items():
        folders.setdefault(name.split("/", 1)[0], []).append(f"{name}={mark}")
    return json.dumps({folder: digest(*entries) for folder, entries in sorted(folders.items())})


def changed(before: str, now: str) -> list[str]:
    """Return the top folders (or files) of two cursors that differ, by name."""
    old, new = (json.loads(cursor) for cursor in (before, now))
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
