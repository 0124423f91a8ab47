"""Tests of the jobs."""

from empathy_assets.adapters.settings import Settings
from empathy_assets.definitions import build_defs


def test_the_one_job_builds_every_asset_of_a_release() -> None:
    defs = build_defs(Settings())
    job = defs.resolve_job_def("build_release")
    assert set(job.asset_layer.executable_asset_keys) == set(defs.resolve_asset_graph().executable_asset_keys)
    assert "next" in job.partitions_def.get_partition_keys()
