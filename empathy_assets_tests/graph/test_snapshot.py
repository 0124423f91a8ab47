"""The reviewed shape of the graph: keys, lineage, groups, partitions, checks. Run as a module to renew the snapshot on purpose."""

import json
from pathlib import Path
from typing import Any

import dagster as dg

from empathy_assets.adapters.settings import Settings
from empathy_assets.definitions import build_defs

SNAPSHOT = Path(__file__).parent / "snapshot.json"
PACKAGE = Path(__file__).parents[2] / "empathy_assets"


def graph() -> dict[str, Any]:
    nodes = build_defs(Settings()).resolve_asset_graph()
    checks = sorted((k.asset_key.to_user_string(), k.name, nodes.get_check_spec(k).blocking) for k in nodes.asset_check_keys)
    return {
        "assets": {
            key.to_user_string(): {
                "group": nodes.get(key).group_name,
                "from": sorted(parent.to_user_string() for parent in nodes.get(key).parent_keys),
                "partitioned": nodes.get(key).is_partitioned,
                "record": nodes.get(key).metadata["empathy/record"],
                "kinds": sorted(nodes.get(key).kinds),
                "tags": {name: value for name, value in sorted(nodes.get(key).tags.items()) if not name.startswith("dagster/")},
            }
            for key in sorted(nodes.get_all_asset_keys())
        },
        "checks": {f"{asset}.{name}": "blocks" if blocking else "warns" for asset, name, blocking in checks},
    }


def test_the_graph_is_the_reviewed_one() -> None:
    assert graph() == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_every_asset_is_documented_owned_and_typed() -> None:
    nodes = build_defs(Settings()).resolve_asset_graph()
    for key in nodes.get_all_asset_keys():
        node = nodes.get(key)
        assert node.description and len(node.description) > 60, key
        assert node.owners and node.kinds and node.code_version, key
        columns = node.metadata["dagster/column_schema"].columns
        assert columns and all(column.description for column in columns), key


def test_asset_key_is_file_name_and_group_is_folder() -> None:
    for key, node in graph()["assets"].items():
        assert (PACKAGE / "defs" / node["group"] / f"{key.replace('-', '_')}.py").exists(), key


def test_every_asset_and_every_checks_file_has_its_test_at_the_same_path() -> None:
    tests = Path(__file__).parents[1] / "defs"
    for key, node in graph()["assets"].items():
        assert (tests / node["group"] / f"test_{key.replace('-', '_')}.py").exists(), key
        assert (PACKAGE / "defs" / node["group"] / "checks.py").exists(), node["group"]


def test_every_check_says_what_it_demands() -> None:
    nodes = build_defs(Settings()).resolve_asset_graph()
    for key in nodes.asset_check_keys:
        assert len(nodes.get_check_spec(key).description or "") > 15, key


def test_stages_and_what_follows_are_partitioned_by_release() -> None:
    groups = {key: node["partitioned"] for key, node in graph()["assets"].items()}
    partitioned = {"foundation", "expertise", "nightmare-fuel", "persona", "gated", "verdicts", "split", "ready_package"}
    assert {key for key, value in groups.items() if value} == partitioned


def test_the_default_executor_is_in_process() -> None:
    assert build_defs(Settings()).executor is dg.in_process_executor


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(graph(), indent=1) + "\n", encoding="utf-8")
