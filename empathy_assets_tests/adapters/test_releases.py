"""Tests of published releases: where they lie, whether they are final, which came before."""

import json
from pathlib import Path

import pytest
from upath import UPath

from empathy_assets.adapters.releases import (
    MARKER,
    archive_path,
    find_package,
    frozen_error,
    is_published,
    package_path,
    previous_release,
    published,
    published_json,
    published_manifest,
)
from empathy_assets_tests.adapters.packed import manifest


def put(folder: UPath, release: str, previous: str = "") -> None:
    """A package of nothing but what is looked into here."""
    folder.mkdir(parents=True)
    (folder / MARKER).write_text(manifest(release, release[1:2] * 64).model_dump_json())
    (folder / "config_lock.json").write_text(json.dumps({"previous": {"release": previous} if previous else None}))
    (folder / "qa_report.json").write_text(json.dumps({"distributions": {}, "release": release}))


@pytest.fixture
def root(tmp_path: Path) -> UPath:
    root = UPath(tmp_path)
    for key in ("next", "v0.2.0", "v0.10.0"):
        put(package_path(root, key), key)
    put(archive_path(root, "v0.1.0"), "v0.1.0")
    package_path(root, "v0.3.0").mkdir()  # an interrupted publication has no marker
    return root


def test_packages_are_found_where_they_lie_the_archive_included(root: UPath) -> None:
    assert published(root) == ["next", "v0.1.0", "v0.2.0", "v0.10.0"]
    assert published(root, archived=False) == ["next", "v0.2.0", "v0.10.0"]
    assert find_package(root, "v0.1.0") == archive_path(root, "v0.1.0")
    assert find_package(root, "v0.2.0") == package_path(root, "v0.2.0")
    assert published(UPath(root / "elsewhere")) == []


def test_an_archived_release_is_still_published_and_final(root: UPath) -> None:
    assert [is_published(root, key) for key in ("v0.1.0", "v0.2.0", "v0.3.0", "v9.0.0")] == [True, True, False, False]
    found = published_manifest(root, "v0.1.0")
    assert found is not None
    assert found.release == "v0.1.0"
    assert published_manifest(root, "v0.3.0") is None
    assert published_json(root, "v0.3.0", "qa_report.json") == {}


@pytest.mark.parametrize(("release", "before"), [("next", "v0.10.0"), ("v0.9.0", "v0.2.0"), ("v0.1.5", "v0.1.0"), ("v0.0.9", None)])
def test_drift_is_measured_against_the_newest_version_below(root: UPath, release: str, before: str | None) -> None:
    found = previous_release(root, release)
    assert (found.release if found else None) == before
    assert found is None or found.figures["release"] == before


def test_a_final_release_keeps_what_it_was_compared_with(root: UPath) -> None:
    assert previous_release(root, "v0.10.0") is None  # published as the first
    put(package_path(root, "v0.20.0"), "v0.20.0", previous="v0.2.0")
    found = previous_release(root, "v0.20.0")
    assert found is not None
    assert found.release == "v0.2.0"


def test_the_refusal_names_a_version_that_is_free() -> None:
    text = str(frozen_error("v0.1.0", "persona[v0.1.0]", "f" * 64, "e" * 64))
    assert "v0.1.0 is published and final: persona[v0.1.0] would change" in text
    assert "--release v0.2.0" in text
