"""The decision whether a package may be published under its release key. Pure: nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from empathy_assets.engines.packaging.context import LEDGER, Manifest
from empathy_assets.policy.releases import version_of

Action = Literal["no-op", "write", "refuse"]
Part = Literal["major", "minor", "patch"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, why, and the free version to name where the answer is no."""

    action: Action
    message: str
    next_version: str = ""


def next_version(release: str, taken: Iterable[str] = (), *, bump: Part = "minor") -> str:
    """Return the first release key above `release` and everything taken; `v0.1.0` where neither is a version.

    Args:
        release: Release key that is in the way.
        taken: Release keys that exist.
        bump: Part to raise: major for another schema, minor for other records, patch for the same records.
    """
    known = sorted(version for key in (release, *taken) if (version := version_of(key)) is not None)
    if not known:
        return "v0.1.0"
    major, minor, patch = known[-1]
    raised = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}[bump]
    return "v" + ".".join(str(part) for part in raised)


def refusal(release: str, what: str, found: str, expected: str, free: str) -> str:
    """Return the sentences that refuse to change a final release and name the version to publish instead.

    Args:
        release: Release key.
        what: What would change, e.g. `its package`.
        found: Hash that was built.
        expected: Hash that is published.
        free: Version that is free.
    """
    return (
        f"release {release} is published and final: {what} would change (found {found[:16]}, published {expected[:16]}). "
        f'Add ["{free}"] to policy/releases.toml and build it instead: empathy build --release {free}. '
        f"What changed: build `next`, then empathy diff {release} next."
    )


def _bump(old: Manifest, new: Manifest) -> Part:
    """Return which part of the version a change raises (semantic versioning, applied to data)."""
    if old.schema_version != new.schema_version:
        return "major"
    records = [{file.name: file.sha256 for file in m.files if file.name.endswith(".parquet") and file.name != LEDGER} for m in (old, new)]
    return "patch" if records[0] == records[1] else "minor"


def decide(existing: Manifest | None, new: Manifest, *, rolling: bool, taken: Iterable[str] = ()) -> Decision:
    """Return whether `new` is to be written over what stands under its release key.

    Args:
        existing: Manifest that stands there, or in the archive; null: nothing does.
        new: Manifest of the package that was built.
        rolling: The release may be replaced (`next`).
        taken: Release keys that exist, so that the version named is free.
    """
    if existing is None:
        return Decision("write", f"{new.release} does not exist yet: {new.rows} conversations, root {new.merkle_root[:16]}")
    if existing.merkle_root == new.merkle_root:
        return Decision("no-op", f"{new.release} already holds exactly these bytes, root {new.merkle_root[:16]}")
    if rolling:
        return Decision("write", f"{new.release} rolls: root {existing.merkle_root[:16]} is replaced by {new.merkle_root[:16]}")
    free = next_version(new.release, taken, bump=_bump(existing, new))
    return Decision("refuse", refusal(new.release, "its package", new.merkle_root, existing.merkle_root, free), free)
