"""The hash tree over a package.

Lives here: the Merkle root. Must not live here: what belongs into a package, hashes of single files (`records.ids`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


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
