"""Whether a package may be published: first, again, changed, rolling."""

import pytest

from empathy_assets.engines.packaging.context import Manifest
from empathy_assets.engines.packaging.publish import decide, next_version
from empathy_assets.records.package import PackageFile


def _manifest(root="a" * 64, records="r", schema="1", release="v0.1.0"):
    return Manifest(
        release=release,
        schema_version=schema,
        pipeline_versions=["0.1.0"],
        rows=20,
        target=20,
        splits={"train": 14, "val": 3, "test": 3},
        mix={},
        sources={},
        licences={},
        exempt=0,
        shortfalls=[],
        files=[PackageFile(name="train.parquet", bytes=1, sha256=records, rows=14), PackageFile(name="README.md", bytes=1, sha256=root)],
        merkle_root=root,
    )


def test_a_free_key_is_written_and_the_same_bytes_are_left_alone():
    assert decide(None, _manifest(), rolling=False).action == "write"
    assert decide(_manifest(), _manifest(), rolling=False).action == "no-op"
    assert decide(_manifest(), _manifest(), rolling=True).action == "no-op"


def test_a_rolling_release_is_replaced():
    assert decide(_manifest(), _manifest("b" * 64), rolling=True).action == "write"


@pytest.mark.parametrize(
    ("new", "version"),
    [
        (_manifest("b" * 64), "v0.1.1"),
        (_manifest("b" * 64, records="s"), "v0.2.0"),
        (_manifest("b" * 64, records="s", schema="2"), "v1.0.0"),
    ],
)
def test_other_bytes_are_refused_with_the_next_version_by_what_changed(new, version):
    found = decide(_manifest(), new, rolling=False)
    assert (found.action, found.next_version) == ("refuse", version)
    assert version in found.message


def test_the_version_named_is_free():
    assert decide(_manifest(), _manifest("b" * 64, records="s"), rolling=False, taken=["v0.1.0", "v0.3.2", "next"]).next_version == "v0.4.0"
    assert next_version("next") == "v0.1.0"
