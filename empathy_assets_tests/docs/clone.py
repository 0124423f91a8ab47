"""A reader's clone of the repository in a temporary folder: pages may edit it; the code that runs is the clone's.

Small files are copied with their times, so that compiled modules stay valid; large ones (the judges' weights) are linked.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from empathy_assets_tests.docs.pages import ROOT, Block
from empathy_assets_tests.journeys.commands import environment

_PARTS = ("empathy_assets", "deploy", "pyproject.toml", "uv.lock", "dagster.yaml", "workspace.yaml", ".env.example")
_LARGE = 1 << 20  # bytes


def _copy(source: str, target: str) -> None:
    if Path(source).stat().st_size > _LARGE:
        Path(target).symlink_to(Path(source).resolve())
    else:
        shutil.copy2(source, target)


def clone(target: Path) -> Path:
    """Return a fresh clone."""
    target.mkdir(parents=True)
    for part in _PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target / part, copy_function=_copy)
        else:
            _copy(str(ROOT / part), str(target / part))
    return target


def continued(source: Path, target: Path) -> Path:
    """Return a copy of another page's folder as that page left it."""
    return Path(shutil.copytree(source, target, symlinks=True))


def put(home: Path, block: Block) -> None:
    """Write or append a block to the file that it names; what installing a distribution leaves behind comes with its pyproject.toml."""
    target = home / block.argument
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("a" if block.directive == "append" else "w", encoding="utf-8") as handle:
        handle.write(("\n" if block.directive == "append" else "") + block.text)
    if target.name == "pyproject.toml":
        _install(target)


def _install(pyproject: Path) -> None:
    """Announce a distribution's entry points as an installer would, without one: it would need the package index."""
    project = tomllib.loads(pyproject.read_text("utf-8"))["project"]
    info = pyproject.parent / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = (f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in named.items()) for group, named in project["entry-points"].items())
    (info / "entry_points.txt").write_text("\n".join(points))


def run(home: Path, block: Block, cache: Path, **variables: str) -> str:
    """Run a bash or python block in the clone and return what it printed; fails unless it exits with 0."""
    command = ["bash", "-euo", "pipefail", "-c"] if block.language == "bash" else [sys.executable, "-c"]
    env = reader(home, cache, **variables)
    done = subprocess.run([*command, block.text], cwd=home, env=env, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"line {block.line} exited with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout.replace(f"{home}/", "")


def reader(home: Path, cache: Path, **variables: str) -> dict[str, str]:
    """Return the environment of a reader in a clone, whose code is what runs."""
    installed = [str(info.parent) for info in sorted(home.glob("*/*.dist-info"))]
    shown = {"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb", "PYTHONWARNINGS": "ignore"}
    path = os.pathsep.join([str(home), *installed])
    return environment(home, EMPATHY_STORAGE="", EMPATHY_CACHE=str(cache), PYTHONPATH=path, **shown) | variables


def with_uv() -> dict[str, str]:
    """Return variables with which `uv run` works in a clone in this environment as it is, without the package index."""
    uv = os.environ.get("UV") or shutil.which("uv")  # uv tells what it runs where it is
    assert uv, "uv is not on the PATH; python3 -m pip install uv"
    path = f"{Path(sys.executable).parent}{os.pathsep}{Path(uv).parent}{os.pathsep}{os.environ['PATH']}"
    return {"UV_NO_SYNC": "1", "UV_PROJECT_ENVIRONMENT": sys.prefix, "PATH": path}
