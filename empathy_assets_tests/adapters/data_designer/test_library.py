"""The library: what it would do by itself and must not. Watched from inside a process of its own, by audit hook."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from empathy_assets_tests.adapters.data_designer.server import KEY, KEY_ENV, Model, serving

WATCHED = """
import json, os, sys
from pathlib import Path

calls, files = [], []
names = {"socket.connect": lambda a: a[1], "socket.getaddrinfo": lambda a: [a[0], a[1]]}

def watch(event, args):
    if event in names:
        calls.append([event, names[event](args)])
    elif event == "open" and (set(str(args[1])) & set("wax+") or (args[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        files.append(os.path.abspath(os.fsdecode(args[0])) if isinstance(args[0], (str, bytes)) else str(args[0]))
    elif event == "os.mkdir":
        files.append(os.path.abspath(os.fsdecode(args[0])))

sys.dont_write_bytecode = True
sys.addaudithook(watch)

import polars as pl
from empathy_assets.adapters.data_designer import GenerationSettings, generate
from empathy_assets_tests.engines.generating.test_plan import passages, plan

url, key_env, folder = sys.argv[1:]
rows = plan(300).filter(pl.col("kind") == "grounded").head(8)
rows = rows.with_columns(backend=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("llm")).otherwise(pl.lit("embedded")))
made = generate(rows, passages(), GenerationSettings(endpoint=url, model="m", key_env=key_env, timeout=20), Path(folder))
print(json.dumps({"calls": calls, "files": files, "written": made.frame.height, "stats": made.stats}))
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What one mixed run did, in an empty home and an empty working directory, with a model that shows its thoughts."""
    home = tmp_path_factory.mktemp("home")
    work = tmp_path_factory.mktemp("work")
    folder = tmp_path_factory.mktemp("artifacts")
    with serving(Model()) as model:
        model.thinks = True
        env = {k: v for k, v in os.environ.items() if not k.startswith(("EMPATHY_", "XDG_", "NEMO_", "DATA_DESIGNER_"))}
        env |= {"HOME": str(home), KEY_ENV: KEY, "PYTHONPATH": str(Path(__file__).parents[3])}
        done = subprocess.run(
            [sys.executable, "-c", WATCHED, model.url, KEY_ENV, str(folder)], cwd=work, env=env, capture_output=True, text=True, check=False
        )
        port = model.server_address[1]
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    return {**told, "port": port, "home": home, "work": work, "folder": folder, "said": done.stdout + done.stderr, "keys": model.keys}


def test_no_connection_but_to_the_endpoint(watched: dict[str, object]) -> None:
    calls = watched["calls"]
    assert calls, "the hook saw the endpoint at least"
    assert all(place[0] in ("127.0.0.1", b"127.0.0.1") and place[1] == watched["port"] for _, place in calls), calls  # type: ignore[attr-defined]
    assert watched["written"] == 8


def test_no_file_outside_the_artifact_folder(watched: dict[str, object]) -> None:
    folder = str(watched["folder"])
    outside = [name for name in watched["files"] if not name.startswith((folder, "/dev/"))]  # type: ignore[attr-defined]
    assert outside == []
    assert list(watched["home"].iterdir()) == []  # type: ignore[attr-defined]
    assert list(watched["work"].iterdir()) == []  # type: ignore[attr-defined]


def test_the_key_is_sent_and_stands_nowhere(watched: dict[str, object]) -> None:
    assert watched["keys"] == {f"Bearer {KEY}"}
    assert KEY not in str(watched["said"])
    kept = [path for path in watched["folder"].rglob("*") if path.is_file()]  # type: ignore[attr-defined]
    assert kept
    assert not any(KEY.encode() in path.read_bytes() for path in kept)


def test_lost_rows_are_not_told_one_by_one(watched: dict[str, object]) -> None:
    assert "Non-retryable" not in str(watched["said"])


def test_the_client_of_tool_servers_is_left_out_and_still_there_for_others(tmp_path: Path) -> None:
    said = """
import sys
from pathlib import Path
from empathy_assets.adapters.data_designer import library

library.load(Path(sys.argv[1]))
assert not [name for name in sys.modules if name.split(".")[0] == "mcp"]
from data_designer.engine.mcp import io

for name in [name for names in library._TOOL_SERVERS.values() for name in names]:
    try:
        getattr(io, name)("anything")
    except RuntimeError as error:
        assert "no model is given tools here" in str(error)
    else:
        raise AssertionError(name)
import mcp

assert isinstance(mcp.ClientSession, type)
"""
    done = subprocess.run([sys.executable, "-c", said, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
