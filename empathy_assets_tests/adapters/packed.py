"""Small packages on a storage root: hand-made manifests, and real ones of forty conversations."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from upath import UPath

from empathy_assets.adapters.packages import publish_package
from empathy_assets.adapters.storage import storage_root
from empathy_assets.engines.packaging.context import Manifest
from empathy_assets.engines.packaging.package import write_package
from empathy_assets.policy.releases import Release
from empathy_assets_tests.engines.packaging.samples import built, context


def manifest(release: str, root: str) -> Manifest:
    """A manifest of no files."""
    return Manifest(
        release=release,
        schema_version="1",
        pipeline_versions=["0.1.0"],
        rows=20,
        target=20,
        splits={"train": 14, "val": 3, "test": 3},
        mix={"foundation": 8},
        sources={},
        licences={"MIT": 20},
        exempt=0,
        shortfalls=[],
        files=[],
        merkle_root=root,
    )


@cache
def _written(facts: tuple[tuple[str, object], ...]) -> tuple[Manifest, dict[str, bytes]]:
    """A package and its files, written once per test session: drawing its plots is what takes time."""
    with TemporaryDirectory() as name:
        made = write_package(*built(), Path(name), context(**dict(facts)))
        return made, {path.name: path.read_bytes() for path in Path(name).iterdir()}


def publish(root: UPath | str, release: str, scratch: Path, **facts: object) -> tuple[Manifest, bool]:
    """Publish forty conversations under a key; `facts` change its context, so its bytes."""
    root = storage_root(root, os.environ) if isinstance(root, str) else root

    def write(folder: Path) -> Manifest:
        made, files = _written((("release", release), *sorted(facts.items())))
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return made

    return publish_package(root, Release(key=release, target=40, rolling=release == "next"), scratch, write)
