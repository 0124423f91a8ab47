"""The jobs of the graph: one, the whole build of a release. Asset definitions must not live here."""

import dagster as dg

build_release = dg.define_asset_job(
    "build_release",
    selection=dg.AssetSelection.all(),
    description="Read what has landed, generate, score, gate, split and package one release.",
)
