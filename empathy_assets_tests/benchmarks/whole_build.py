"""A whole build by the command line, cold and again: `python -m empathy_assets_tests.benchmarks.whole_build --out DIR`.

Nothing is kept from before: landing, storage and caches lie below DIR, which is emptied first. Measured are what every command costs before
it does anything (`empathy --help`, loading the definitions), a cold build, the same build with nothing new, the build after one new book
has landed (one of the bundled books is held back until then, or `--book` names yours), and a build without generation: as cold as the
first, but for what generation has written and measured. `--corpus` lands corpora beside the samples.
Of the environment's EMPATHY_ variables none counts; `--tier` says who judges.
The seconds of each asset, as the build itself tells them, follow each build; a build's rows are the conversations of its release.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

from empathy_assets.engines.scoring.tier import Tier
from empathy_assets_tests.benchmarks.curation import RIGHTS
from empathy_assets_tests.benchmarks.measuring import Step, timed, write_figures

HELD_BACK = "under_the_table.txt"
_COMMAND = "from empathy_assets.cli import run; run()"
_LOAD = "from empathy_assets.definitions import build_defs; build_defs()"
_WRITTEN = ("generation", "groundedness", "groundedness-rows", "diversity")
"""Caches that generation fills: conversations written, how well replies are grounded, how unlike one another they are."""
_ASSET = re.compile(r"^(\S+) +([\d,]+) rows +([\d.]+) s *$", re.MULTILINE)


def landed(out: Path, corpora: list[Path]) -> Path:
    """Return a landing folder with the bundled samples but one book, and with the corpora."""
    from empathy_assets.adapters.settings import SAMPLE_LANDING

    landing = out / "landing"
    shutil.copytree(SAMPLE_LANDING, landing)
    (landing / "books" / HELD_BACK).unlink()
    own = landing / "conversations" / "corpora"
    own.mkdir()
    (own / "rights.toml").write_text(RIGHTS, encoding="utf-8")
    for path in corpora:
        shutil.copy(path, own / path.name)
    return landing


def land_book(landing: Path, book: Path | None) -> None:
    """Land one more book: the one held back, or the user's under the benchmark's declaration."""
    from empathy_assets.adapters.settings import SAMPLE_LANDING

    if book is None:
        shutil.copy(SAMPLE_LANDING / "books" / HELD_BACK, landing / "books" / HELD_BACK)
        return
    own = landing / "books" / "new"
    own.mkdir()
    (own / "rights.toml").write_text(RIGHTS, encoding="utf-8")
    shutil.copy(book, own / book.name)


def forget_all_but_generation(storage: Path) -> None:
    """Remove from a storage root whatever later steps could find again; what generation wrote and measured stays."""
    for path in [*storage.iterdir(), *(storage / "cache").iterdir()]:
        if path.name == "cache" or path.name in _WRITTEN:
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def run(arguments: list[str], env: dict[str, str], folder: Path) -> tuple[str, str]:
    """Return what a Python process writes to standard output and to standard error."""
    done = subprocess.run([sys.executable, "-c", *arguments], env=env, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with status {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout, done.stderr


def build(steps: list[Step], name: str, env: dict[str, str], out: Path) -> None:
    """Build, timed, and add what each asset took of it as the command tells it."""
    with timed(steps, name) as step:
        result, told = run([_COMMAND, "build", "--json"], env, out)
        step.rows = int(json.loads(result)["conversations"])
    assets = [Step(f"  {asset}", float(seconds), rows=int(rows.replace(",", ""))) for asset, rows, seconds in _ASSET.findall(told)]
    steps.extend(sorted(assets, key=lambda asset: -asset.wall))
    for asset in steps[-len(assets) :]:
        sys.stdout.write(asset.line())


def main() -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder that is emptied first")
    parser.add_argument("--scale", type=float, default=1.0, help="1: 60,000 conversations")
    parser.add_argument("--corpus", nargs="*", type=Path, default=[], help="JSONL to land beside the bundled samples")
    parser.add_argument("--book", type=Path, help="the new book")
    parser.add_argument("--tier", choices=get_args(Tier), help="who judges; the build's own default without it")
    chosen = parser.parse_args()
    out = chosen.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    landing = landed(out, chosen.corpus)
    given = {"EMPATHY_LANDING": landing, "EMPATHY_STORAGE": out / "data", "EMPATHY_SCALE": chosen.scale, "DAGSTER_HOME": out / "instance"}
    given |= {"EMPATHY_TIER": chosen.tier} if chosen.tier else {}
    (out / "instance").mkdir()
    paths = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])}
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("EMPATHY_")}, **paths, **{k: str(v) for k, v in given.items()}}
    steps: list[Step] = []
    with timed(steps, "empathy --help"):
        run([_COMMAND, "--help"], env, out)
    with timed(steps, "load the definitions"):
        run([_LOAD], env, out)
    build(steps, "build, cold", env, out)
    build(steps, "build, nothing new", env, out)
    land_book(landing, chosen.book)
    build(steps, "build, one new book", env, out)
    forget_all_but_generation(out / "data")
    build(steps, "build, without generation", env, out)
    write_figures(steps, out)


if __name__ == "__main__":
    main()
