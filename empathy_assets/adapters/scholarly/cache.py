"""Cache of raw replies: one file per request on the storage root, so that a re-run asks nobody.

Lives here: keys, storing, checked loading. Must not live here: anything secret; keys and contact addresses never reach this module.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Protocol

from empathy_assets.records.ids import digest

FIRST_EDITION = "0-first"
"""Edition of replies asked for without naming one; sorts before every year and week."""


class Folder(Protocol):
    """What is needed of a storage root: `pathlib.Path` and `upath.UPath` both fit."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        ...

    def __truediv__(self, name: str) -> "Folder":
        """Return the entry `name` in this folder."""
        ...

    def iterdir(self) -> "Iterator[Folder]":
        """Yield what lies in this folder."""
        ...

    def read_bytes(self) -> bytes:
        """Return the content of this file."""
        ...

    def write_bytes(self, data: bytes) -> int:
        """Write the content of this file."""
        ...

    def mkdir(self, *, parents: bool, exist_ok: bool) -> None:
        """Make this folder."""
        ...


def newest_edition(root: Folder) -> str:
    """Return the newest edition that has replies below `root`: a build that names none goes on with it, instead of with older replies."""
    try:
        return max((entry.name for entry in root.iterdir() if not entry.name.startswith(".")), default=FIRST_EDITION)
    except OSError:
        return FIRST_EDITION


class ReplyCache:
    """Raw replies under `root/<edition>/<service>/<key>.reply`: one line of JSON that describes the request, then the bytes.

    The line carries the bytes' SHA-256, so a file that a killed run left half-written is a miss, not a truncated reply.
    """

    def __init__(self, root: Folder, service: str, edition: str = "") -> None:
        self._folder = root / (edition or FIRST_EDITION) / service

    @staticmethod
    def key(path: str, params: Mapping[str, str]) -> str:
        """Return the key of a request from its public parts."""
        return digest(path, *(part for pair in sorted(params.items()) for part in pair))

    def load(self, key: str) -> bytes | None:
        """Return the stored reply, or None if there is none or it is damaged."""
        try:
            head, _, data = (self._folder / f"{key}.reply").read_bytes().partition(b"\n")
            checksum = json.loads(head)["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return data if hashlib.sha256(data).hexdigest() == checksum else None

    def store(self, key: str, data: bytes, *, path: str, params: Mapping[str, str]) -> None:
        """Store a good reply; a storage that refuses to write costs a repeated request later, never the run."""
        head = {"path": path, "params": dict(sorted(params.items())), "sha256": hashlib.sha256(data).hexdigest()}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{key}.reply").write_bytes(json.dumps(head, sort_keys=True).encode() + b"\n" + data)
        except OSError:
            return
