"""Tests of publishing: rolling releases change, final ones do not."""

from pathlib import Path

import pytest
from upath import UPath

from empathy_assets.adapters.releases import ReleaseFrozenError, is_published, next_version, package_path, publish
from empathy_assets.policy.releases import Release

NEXT = Release(key="next", target=20, rolling=True)
FINAL = Release(key="v0.1.0", target=20, rolling=False)


def package(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "manifest.json").write_text(text)
    return folder


def test_the_next_version_is_a_patch_bump() -> None:
    assert next_version("v0.1.9") == "v0.1.10"
    assert next_version("next") == "next"


def test_the_first_package_of_a_release_is_published(tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    assert not is_published(root, "v0.1.0")
    assert publish(root, FINAL, package(tmp_path / "p", "one"), merkle_root="m1", published_root=None)
    assert is_published(root, "v0.1.0")


def test_the_same_bytes_are_no_op_for_every_release(tmp_path: Path) -> None:
    for release in (NEXT, FINAL):
        assert not publish(UPath(tmp_path), release, tmp_path, merkle_root="m1", published_root="m1")


def test_other_bytes_roll_next_and_are_refused_for_a_final_release(tmp_path: Path) -> None:
    root = UPath(tmp_path / "root")
    for release in (NEXT, FINAL):
        publish(root, release, package(tmp_path / f"{release.key}-1", "one"), merkle_root="m1", published_root=None)
    assert publish(root, NEXT, package(tmp_path / "next-2", "two"), merkle_root="m2", published_root="m1")
    assert (package_path(root, "next") / "manifest.json").read_text() == "two"
    with pytest.raises(ReleaseFrozenError, match=r"--release v0\.1\.1"):
        publish(root, FINAL, package(tmp_path / "v-2", "two"), merkle_root="m2", published_root="m1")
    assert (package_path(root, "v0.1.0") / "manifest.json").read_text() == "one"
