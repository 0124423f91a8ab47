"""What a person sees of the graph in the UI without running it: freshness, tags, links to the source, lineage of columns, no warnings."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from empathy_assets.adapters.settings import Settings
from empathy_assets.definitions import build_defs
from empathy_assets.policy.load import number
from empathy_assets.policy.releases import releases
from empathy_assets_tests.graph.test_floors import HEAVY

PACKAGE = Path(__file__).parents[2] / "empathy_assets"
STAGES = ("foundation", "expertise", "nightmare-fuel", "persona")
LOAD = """
import sys, time
from empathy_assets.adapters.settings import Settings
from empathy_assets.definitions import build_defs
build_defs(Settings()).resolve_asset_graph()
print(time.process_time(), *{name.split(".")[0] for name in sys.modules})
"""
CHECK = """
import sys
from dagster_dg_cli.cli import main
sys.argv = ["dg", "check", "defs"]
try:
    main()
finally:
    print(*{name.split(".")[0] for name in sys.modules})
"""
NEEDED_LATER = {
    *("alembic", "boto3", "botocore", "charset_normalizer", "dagster_aws", "dagster_postgres", "ftfy", "grpc", "httpx", "psycopg2"),
    *("pypdfium2", "requests", "rich", "s3fs", "selectolax", "stamina", "syntok", "tokenizers", "typer"),
}
"""What an asset, a command or an installation may need, but no process that only loads the graph."""


@pytest.fixture(scope="module")
def nodes() -> Any:
    return build_defs(Settings()).resolve_asset_graph()


def columns(nodes: Any, asset: str) -> set[str]:
    return {column.name for column in nodes.get(dg.AssetKey([asset])).metadata["dagster/column_schema"].columns}


def lineage(nodes: Any, asset: str) -> dict[str, list[tuple[str, str]]]:
    found = nodes.get(dg.AssetKey([asset])).metadata.get("dagster/column_lineage")
    deps = found.deps_by_column if found else {}
    return {column: [(dep.asset_key.to_user_string(), dep.column_name) for dep in parents] for column, parents in deps.items()}


def test_definitions_load_without_a_warning_and_quickly() -> None:
    done = subprocess.run([sys.executable, "-W", "always", "-c", LOAD], capture_output=True, text=True, check=True)
    own = [line for line in done.stderr.splitlines() if "Warning" in line and ("empathy_assets" in line or "dagster" in line)]
    assert own == []
    seconds, *loaded = done.stdout.split()
    assert float(seconds) < 3  # of this process, whatever else the machine is doing; 1.3 to 1.9 on the machine it was written on
    assert set(loaded) & (HEAVY | NEEDED_LATER) == set()


def test_dg_checks_the_definitions_without_the_components_of_other_packages() -> None:
    done = subprocess.run([sys.executable, "-c", CHECK], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    *said, loaded = done.stdout.splitlines()
    assert said[-1] == "All definitions loaded successfully."
    assert set(loaded.split()) & {"boto3", "botocore", "dagster_aws", "dagster_postgres", *HEAVY} == set()


def test_dagster_lists_the_assets_of_the_module_without_a_warning() -> None:
    command = [sys.executable, "-m", "dagster", "asset", "list", "-m", "empathy_assets.definitions"]
    done = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    assert "ready_package" in done.stdout.split()
    assert "WARNING" not in done.stdout + done.stderr


def test_every_asset_says_its_layer_and_its_age(nodes: Any) -> None:
    policy = dg.FreshnessPolicy.time_window(
        fail_window=timedelta(days=number("freshness", "fail_days")), warn_window=timedelta(days=number("freshness", "warn_days"))
    )
    for key in nodes.get_all_asset_keys():
        node = nodes.get(key)
        assert node.freshness_policy == policy, key
        wanted = "release" if node.is_partitioned else "judge" if node.group_name == "scoring" else "source"
        assert node.tags["empathy/layer"] == wanted, key


def test_every_asset_links_to_its_function_and_its_record(nodes: Any) -> None:
    for key in nodes.get_all_asset_keys():
        asset, record = nodes.get(key).metadata["dagster/code_references"].code_references
        assert Path(asset.file_path).relative_to(PACKAGE).parts[0] == "defs"
        assert Path(asset.file_path).stem == key.to_user_string().replace("-", "_")
        lines = Path(asset.file_path).read_text("utf-8").splitlines()
        assert any(line.startswith("@dataset") for line in lines[asset.line_number - 1 : asset.line_number]), key
        assert nodes.get(key).metadata["empathy/record"] in Path(record.file_path).read_text("utf-8")


def test_columns_come_from_columns_that_exist_in_parents(nodes: Any) -> None:
    for key in nodes.get_all_asset_keys():
        asset = key.to_user_string()
        parents = {parent.to_user_string() for parent in nodes.get(key).parent_keys}
        found = lineage(nodes, asset)
        assert set(found) <= columns(nodes, asset), asset
        for column, deps in found.items():
            assert deps, (asset, column)
            for parent, name in deps:
                assert parent in parents, (asset, column, parent)
                assert name in columns(nodes, parent), (asset, column, parent, name)


@pytest.mark.parametrize("asset", [*STAGES, "verdicts", "gated", "split", "ready_package"])
def test_from_stage_to_package_every_column_has_its_lineage(nodes: Any, asset: str) -> None:
    constants = {"gate"} if asset == "verdicts" else set()
    assert set(lineage(nodes, asset)) == columns(nodes, asset) - constants


def test_a_file_of_the_package_leads_back_to_the_turns_of_a_landed_corpus(nodes: Any) -> None:
    seen: set[tuple[str, str]] = set()
    waiting = [("ready_package", "sha256")]
    while waiting:
        asset, column = waiting.pop()
        for found in lineage(nodes, asset).get(column, []):
            if found not in seen:
                seen.add(found)
                waiting.append(found)
    assert {("split", "turns"), ("gated", "turns"), ("foundation", "turns"), ("conversation_corpora", "turns"), ("books", "text")} <= seen


def test_partitions_are_named_like_the_releases(nodes: Any) -> None:
    for stage in STAGES:
        assert nodes.get(dg.AssetKey([stage])).partitions_def.get_partition_keys() == list(releases())


def test_checks_that_judge_care_and_crisis_stand_on_every_stage_and_block(nodes: Any) -> None:
    for asset in (*STAGES, "gated"):
        for name in ("ears", "crisis_sensitivity"):
            spec = nodes.get_check_spec(dg.AssetCheckKey(dg.AssetKey([asset]), name))
            assert spec.blocking
            assert spec.partitions_def is not None


def test_sensors_and_schedules_run_without_a_click() -> None:
    repository = build_defs(Settings()).get_repository_def()
    assert {sensor.name for sensor in repository.sensor_defs} >= {"landing_sensor", "journal_research", "run_failure_alert"}
    assert all(sensor.default_status == dg.DefaultSensorStatus.RUNNING for sensor in repository.sensor_defs)
    assert all(schedule.default_status == dg.DefaultScheduleStatus.RUNNING for schedule in repository.schedule_defs)
