"""Tests of the version numbers."""

from importlib.metadata import version

from empathy_assets.records.versions import PIPELINE_VERSION


def test_the_pipeline_version_is_the_distribution_s() -> None:
    assert version("empathy-assets") == PIPELINE_VERSION
