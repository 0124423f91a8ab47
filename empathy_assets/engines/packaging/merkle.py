"""Hashes of files and the hash tree over a package.

Lives here: SHA-256 in chunks and the Merkle root. Must not live here: what belongs into a package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_CHUNK = 1 << 20


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hex; reads it in chunks of 1 MiB."""
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def merkle_root(files: Iterable[tuple[str, str]]) -> str:
    """Return the root over (name, SHA-256) pairs, hex; the order of the pairs does not matter.

    Leaves and nodes are hashed with different first bytes (as in RFC 6962), so that no node can pose as a file; an odd node moves
    up as it is.
    """
    level = [hashlib.sha256(b"\0" + name.encode() + b"\0" + bytes.fromhex(sha)).digest() for name, sha in sorted(files)]
    if not level:
        return hashlib.sha256().hexdigest()
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)] + odd
    return level[0].hex()
