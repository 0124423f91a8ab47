"""Generation by the embedded grammar, timed step by step: `python -m empathy_assets_tests.benchmarks.generation --out DIR`.

Plan a release of `--target` conversations, write some rows of each kind in this process (what a dialogue costs), then write and keep every
row of the plan through Data Designer, asset by asset, as a build does. Each step prints wall and CPU seconds (worker processes included),
rows and MB of text per second, CPU seconds per thousand rows, and the peak resident memory of this process and its children together;
`figures.json` holds the same. Passages are those of the folder `--passages` (Parquet files), by default none.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import polars as pl

from empathy_assets_tests.benchmarks.measuring import Step, text_mb, timed, write_figures


def passages_in(folder: Path | None) -> pl.DataFrame:
    """Return the passages of a folder's Parquet files, none without a folder."""
    from empathy_assets.records.arrow import empty_frame
    from empathy_assets.records.passage import Passage

    files = sorted(folder.rglob("*.parquet")) if folder else []
    return pl.concat([empty_frame(Passage), *map(pl.read_parquet, files)])


def measure(target: int, sample: int, passages: pl.DataFrame, out: Path, workers: int) -> list[Step]:
    """Plan, write a sample of each kind, generate all; return the steps."""
    from empathy_assets.adapters.data_designer import GenerationSettings, generate
    from empathy_assets.engines.generating.grammar.writing import write
    from empathy_assets.engines.generating.plan import build_plan
    from empathy_assets.policy.releases import mix

    steps: list[Step] = []
    with timed(steps, "plan") as step:
        shares = mix()
        plan = build_plan(target=target, stage_shares=shares, passages=passages, expected_corpus=0, seed=7, backend="embedded")
        step.rows = plan.height
    for rows in plan.partition_by("kind", maintain_order=True) if sample else ():
        some, kind = rows.gather_every(max(1, rows.height // sample)), rows["kind"][0]
        write(some.head(1), passages)  # its bank is loaded once, however many rows there are
        with timed(steps, f"write {kind}") as step:
            made = write(some, passages)
            step.rows, step.text_mb = made.height, text_mb(made)
    shutil.rmtree(out / "generation", ignore_errors=True)
    with timed(steps, "generate") as whole:
        for rows in plan.partition_by("asset", maintain_order=True):
            with timed(steps, f"generate {rows['asset'][0]}") as step:
                made = generate(rows, passages, GenerationSettings(workers=workers), out / "generation").frame
                step.rows, step.text_mb = made.height, text_mb(made)
            whole.rows, whole.text_mb = whole.rows + step.rows, whole.text_mb + step.text_mb
    return steps


def main() -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the chunks and the figures")
    parser.add_argument("--target", type=int, default=60_000, help="conversations of the release")
    parser.add_argument("--sample", type=int, default=1000, help="rows of each kind written in this process; 0: none")
    parser.add_argument("--passages", type=Path, help="folder of passages as Parquet files")
    parser.add_argument("--workers", type=int, default=0, help="processes; 0: one for each core")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    steps = measure(chosen.target, chosen.sample, passages_in(chosen.passages), chosen.out, chosen.workers)
    write_figures(steps, chosen.out)


if __name__ == "__main__":
    main()
