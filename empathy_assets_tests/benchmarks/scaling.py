"""Cost of curation against the number of rows: `python -m empathy_assets_tests.benchmarks.scaling IN... --out DIR`.

For each of `--rows` that many lines, the first of the files in equal parts, are curated in a process of their own; `--figures` adds what
was measured before (`figures.json` of the curation benchmark). Printed is the table of `docs/scaling.md`: CPU seconds of each step, memory,
and the exponent between the largest two: 1 is linear. `scaling.svg` shows them; `figures.json` holds them by number of rows.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from empathy_assets.engines.plotting.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, VERMILION, render

Figures = dict[int, dict[str, dict[str, float]]]
_COLOURS = {"read": BLUE, "clean": ORANGE, "deduplicate": GREEN, "write": PURPLE, "together": BLACK}
_MARKS = {"read": "o", "clean": "s", "deduplicate": "^", "write": "v", "together": "D"}


def heads(paths: list[Path], rows: int, folder: Path) -> list[Path]:
    """Write the first lines of each file, `rows` in all, and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for path in paths:
        target = folder / path.name
        with path.open("rb") as source, target.open("wb") as stream:
            stream.writelines(islice(source, math.ceil(rows / len(paths))))
        made.append(target)
    return made


def by_step(file: Path) -> dict[str, dict[str, float]]:
    """Return step -> its figures, from a `figures.json`."""
    return {str(step["name"]): step for step in json.loads(file.read_text(encoding="utf-8"))}


def exponents(figures: Figures) -> dict[str, float]:
    """Return step -> the power of the number of rows with which its CPU seconds grow, between the two largest numbers."""
    less, more = sorted(figures)[-2:]
    growth = math.log(more / less)
    return {
        step: math.log(facts["cpu"] / figures[less][step]["cpu"]) / growth
        for step, facts in figures[more].items()
        if figures[less][step]["cpu"] > 0 and facts["cpu"] > 0
    }


def markdown(figures: Figures) -> str:
    """Return the table of the documentation: CPU seconds of each step, wall seconds and memory of all, and the exponents."""
    steps = [step for step in _COLOURS if all(step in found for found in figures.values())]
    lines = [f"| rows | {' | '.join(steps)} | wall s | MB |", "|" + " ---: |" * (len(steps) + 3)]
    for rows, found in sorted(figures.items()):
        seconds = " | ".join(f"{found[step]['cpu']:.1f}" for step in steps)
        lines.append(f"| {rows:,} | {seconds} | {found['together']['wall']:.1f} | {found['together']['peak_mb']:,.0f} |")
    if len(figures) > 1:
        powers = exponents(figures)
        lines.append(f"| exponent | {' | '.join(f'{powers.get(step, math.nan):.2f}' for step in steps)} | | |")
    return "\n".join(lines) + "\n"


def picture(figures: Figures) -> bytes:
    """Return the curves as SVG: CPU seconds of each step, and memory, against rows; a straight line of slope one is linear."""
    rows = sorted(figures)

    def draw(cost: Any) -> None:
        for step, colour in _COLOURS.items():
            seconds = [figures[n][step]["cpu"] for n in rows]
            cost.plot(
                rows, seconds, color=colour, marker=_MARKS[step], markersize=4, linewidth=2 if step == "together" else 1.2, label=step
            )
        peaks = [figures[n]["together"]["peak_mb"] / 100 for n in rows]
        cost.plot(rows, peaks, color=VERMILION, linestyle="--", marker="x", markersize=5, label="memory, 100 MB")
        cost.set_xscale("log")
        cost.set_yscale("log")
        cost.set_xlabel("conversations")
        cost.set_ylabel("CPU seconds; memory in 100 MB")
        cost.set_title("Curation: cost and memory against rows")
        cost.legend(frameon=False, fontsize=8)

    return render(draw, "svg", width=7.0, height=4.0)


def main() -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("input", nargs="*", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--figures", nargs="*", type=Path, default=[], help="figures.json of curations measured before")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    files: list[Path] = list(chosen.figures)
    for rows in chosen.rows if chosen.input else ():
        folder = chosen.out / str(rows)
        lines = heads(chosen.input, rows, folder / "input")
        module = "empathy_assets_tests.benchmarks.curation"
        subprocess.run([sys.executable, "-m", module, *map(str, lines), "--out", str(folder)], check=True)
        for path in lines:
            path.unlink()
        files.append(folder / "figures.json")
    figures: Figures = {int(steps["together"]["rows"]): steps for steps in map(by_step, files)}
    sys.stdout.write(markdown(figures))
    if len(figures) > 1:
        (chosen.out / "scaling.svg").write_bytes(picture(figures))
    text = json.dumps({str(rows): steps for rows, steps in sorted(figures.items())}, indent=2)
    (chosen.out / "figures.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
