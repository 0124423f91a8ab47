"""Published releases on the storage root: where a package lies, whether it is final, what stands and stood there, which came before.

Lives here: the release folder, its archive and the marker file. Must not live here: what a package contains or whether it may be replaced
(engines/packaging), how one is moved (adapters/packages).
"""

import json
from typing import Any

from upath import UPath

from empathy_assets.adapters.storage import read_bytes
from empathy_assets.engines.packaging.context import CONFIG_LOCK, FIGURES, MANIFEST, Manifest, Previous
from empathy_assets.engines.packaging.publish import next_version, refusal
from empathy_assets.policy.releases import releases, version_of

FOLDER = "releases"
ARCHIVE = "archive"
MARKER = MANIFEST


class ReleaseFrozenError(RuntimeError):
    """A published write-once release was about to change."""


def package_path(root: UPath, release: str) -> UPath:
    """Return the folder into which a release's package is published."""
    return root / FOLDER / release


def archive_path(root: UPath, release: str) -> UPath:
    """Return the folder into which a release's package is archived."""
    return root / FOLDER / ARCHIVE / release


def find_package(root: UPath, release: str) -> UPath:
    """Return the folder a release's package lies in: where it was published, or the archive."""
    archived = archive_path(root, release)
    live = package_path(root, release)
    return archived if not (live / MARKER).exists() and (archived / MARKER).exists() else live


def is_published(root: UPath, release: str) -> bool:
    """Return whether the package of `release` is complete, archived or not; its manifest is written last."""
    return (find_package(root, release) / MARKER).exists()


def published(root: UPath, *, archived: bool = True) -> list[str]:
    """Return the keys of all complete packages, `next` first, then versions in their order.

    Args:
        root: Storage root.
        archived: Whether packages in the archive count.
    """
    found: set[str] = set()
    for folder in (root / FOLDER, root / FOLDER / ARCHIVE) if archived else (root / FOLDER,):
        if folder.exists():
            found |= {path.name for path in folder.iterdir() if (path / MARKER).exists()}
    return sorted(found, key=lambda key: (version_of(key) or (-1, -1, -1), key))


def published_manifest(root: UPath, release: str) -> Manifest | None:
    """Return the manifest of a published release, or None if there is none."""
    marker = find_package(root, release) / MARKER
    return Manifest.model_validate_json(read_bytes(marker)) if marker.exists() else None


def published_json(root: UPath, release: str, name: str) -> dict[str, Any]:
    """Return a JSON file of a published package; empty where the package or the file is not there."""
    file = find_package(root, release) / name
    return json.loads(read_bytes(file)) if file.exists() else {}


def frozen_error(release: str, what: str, found: str, expected: str) -> ReleaseFrozenError:
    """Return the refusal for a table of a final release, naming the version to publish instead."""
    return ReleaseFrozenError(refusal(release, what, found, expected, next_version(release, releases())))


def previous_release(root: UPath, release: str) -> Previous | None:
    """Return the release that drift is measured against: the newest version below `release`, below any for a rolling one.

    A final release keeps the one it was published with, so that a version published late changes no report.
    """
    version = version_of(release)
    keys = [key for key in published(root) if version_of(key) is not None and key != release]
    if version is not None and is_published(root, release):
        named = (published_json(root, release, CONFIG_LOCK).get("previous") or {}).get("release")
        keys = [key for key in keys if key == named]
    elif version is not None:
        keys = [key for key in keys if (version_of(key) or version) < version]
    if not keys:
        return None
    manifest = published_manifest(root, keys[-1])
    return Previous(keys[-1], manifest.merkle_root if manifest else "", published_json(root, keys[-1], FIGURES))
