"""How journeys run commands: the installed `empathy` and `dagster` of this environment, in an empty folder, with a clean environment."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
SCALE = "0.005"  # 300 conversations


def environment(home: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a user who has configured nothing but `variables`; results go below `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("EMPATHY_", "DAGSTER_", "AWS_", "OVH_"))}
    return kept | {"EMPATHY_STORAGE": str(home / "data"), "PATH": f"{BIN}{os.pathsep}{kept['PATH']}"} | variables


def run(home: Path, *command: str, expect: int = 0, **variables: str) -> str:
    """Run a command in `home` and return what it printed; fails unless it exits with `expect`."""
    done = subprocess.run(command, cwd=home, env=environment(home, **variables), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == expect, f"{command} exited with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def build(home: Path, *options: str, expect: int = 0, **variables: str) -> dict[str, Any]:
    """Run `empathy build --json` at the journeys' scale and return its facts."""
    return json.loads(run(home, "empathy", "build", "--scale", SCALE, "--json", *options, expect=expect, **variables))


def records(home: Path, release: str = "next") -> list[dict[str, Any]]:
    """Return all records of a package, in split order."""
    folder = home / "data" / "releases" / release
    return [json.loads(line) for split in ("train", "val", "test") for line in (folder / f"{split}.jsonl").read_text("utf-8").splitlines()]
