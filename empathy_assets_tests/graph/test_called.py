"""Each asset of the graph, called as the function it is with the tables of a build: it returns what the build stored."""

import inspect
import json
from typing import Any

import dagster as dg
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from empathy_assets.adapters.settings import Settings
from empathy_assets.definitions import build_defs
from empathy_assets.defs.resources import workspace_of
from empathy_assets_tests.conftest import Built
from empathy_assets_tests.graph.test_snapshot import SNAPSHOT

ASSETS = json.loads(SNAPSHOT.read_text(encoding="utf-8"))["assets"]


@pytest.fixture(scope="module")
def definitions() -> dict[str, dg.AssetsDefinition]:
    """Asset key -> its definition, for every asset there is."""
    found = build_defs(Settings()).assets or ()
    return {key.to_user_string(): asset for asset in found if isinstance(asset, dg.AssetsDefinition) for key in asset.keys}


def test_every_asset_is_called(definitions: dict[str, dg.AssetsDefinition]) -> None:
    assert set(definitions) == set(ASSETS)


@pytest.mark.parametrize("key", sorted(ASSETS))
def test_an_asset_called_as_a_function_returns_the_table_of_the_build(
    key: str, definitions: dict[str, dg.AssetsDefinition], built: Built
) -> None:
    asset = definitions[key]
    tables = {parent.replace("-", "_"): stored(built, parent) for parent in ASSETS[key]["from"]}
    workspace = workspace_of(built.settings)
    partition = "next" if ASSETS[key]["partitioned"] else None
    with dg.DagsterInstance.ephemeral() as instance, dg.build_asset_context(partition_key=partition, instance=instance) as context:
        function: Any = asset.op.compute_fn
        wanted = inspect.signature(function.decorated_fn).parameters
        given: dict[str, Any] = {name: table for name, table in tables.items() if name in wanted}
        result = asset(context, workspace=workspace, **given)
    assert isinstance(result, dg.MaterializeResult)
    assert result.data_version is not None
    assert result.metadata and {"duration_seconds", "preview"} <= set(result.metadata)
    assert_frame_equal(result.value, stored(built, key))


def stored(built: Built, key: str) -> pl.DataFrame:
    return built.table(key, "next" if ASSETS[key]["partitioned"] else None)
