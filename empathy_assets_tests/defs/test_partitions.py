"""Tests of the release partitions."""

from empathy_assets.defs.partitions import release_partitions
from empathy_assets.policy.releases import releases


def test_partitions_are_the_reviewed_releases() -> None:
    assert release_partitions.get_partition_keys() == list(releases())
    assert "next" in releases()
