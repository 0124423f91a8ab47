"""Published releases on the storage root: where a package lies, whether it is final, which version comes next.

Lives here: the release folder and its marker file. Must not live here: what a package contains (engines/packaging).
"""

import re
from pathlib import Path

from upath import UPath

from empathy_assets.adapters.storage import publish_folder
from empathy_assets.policy.releases import Release

FOLDER = "releases"
MARKER = "manifest.json"
_SEMVER = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


class ReleaseFrozenError(RuntimeError):
    """A published write-once release was about to change."""


def package_path(root: UPath, release: str) -> UPath:
    """Return the folder of a release's package."""
    return root / FOLDER / release


def is_published(root: UPath, release: str) -> bool:
    """Return whether the package of `release` is complete; its manifest is written last."""
    return (package_path(root, release) / MARKER).exists()


def next_version(release: str) -> str:
    """Return the version to bump to: `v0.1.0` gives `v0.1.1`; a rolling key is its own successor."""
    match = _SEMVER.fullmatch(release)
    if match is None:
        return release
    major, minor, patch = (int(g) for g in match.groups())
    return f"v{major}.{minor}.{patch + 1}"


def frozen_error(release: str, what: str, found: str, expected: str) -> ReleaseFrozenError:
    """Return the refusal for a final release, naming the version to bump."""
    bump = next_version(release)
    return ReleaseFrozenError(
        f"release {release} is published and final: {what} would change (found {found[:12]}, published {expected[:12]}). "
        f'Add ["{bump}"] to policy/releases.toml and build it instead: --release {bump}.'
    )


def publish(root: UPath, release: Release, package: Path, *, merkle_root: str, published_root: str | None) -> bool:
    """Move a finished package folder to its place; return False if the same package is already there.

    Args:
        root: Storage root.
        release: The release, rolling or write-once.
        package: Local folder with the finished package; consumed.
        merkle_root: Its Merkle root.
        published_root: Merkle root of the package already published under the key, or None.

    Raises:
        ReleaseFrozenError: The release is write-once and published with other bytes.
    """
    if published_root == merkle_root:
        return False
    if published_root is not None and not release.rolling:
        raise frozen_error(release.key, "its package", merkle_root, published_root)
    publish_folder(package, package_path(root, release.key), marker=MARKER)
    return True
