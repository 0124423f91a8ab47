"""The package of a release, timed step by step: `python -m empathy_assets_tests.benchmarks.packaging IN... --out DIR`.

IN is the storage root of a build (`data`), whose split and ledger are packed as the asset `ready_package` does, or corpora as JSONL: these
are curated, dealt to the stages and split first, and each record gets the one verdict a package cannot be without; no judge has seen them.
Then the package is written and verified. `--exports csv,json-ld,webdataset` writes those formats too.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl

from empathy_assets_tests.benchmarks.measuring import Step, text_mb, timed, together, write_figures
from empathy_assets_tests.benchmarks.split import conversations_of, split


def of_build(root: Path, release: str) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    """Return the split, the ledger and the detector's certificate of a build."""
    tables = {name: pl.read_parquet(root / name / release / "data.parquet") for name in ("split", "verdicts")}
    certificate = json.loads(pl.read_parquet(root / "crisis_detector" / "data.parquet")["certificate"][0])
    return tables["split"], tables["verdicts"], certificate


def of_corpora(paths: list[Path], steps: list[Step], workers: int) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    """Return a split of corpora, a ledger that admits all of it, and a certificate of no detector."""
    from empathy_assets.records.arrow import empty_frame
    from empathy_assets.records.ids import record_ref
    from empathy_assets.records.verdict import Verdict

    made = split(conversations_of(paths, steps, workers), steps)
    known = made.select(record_ref(), "id", "stage", "source")
    verdict = [pl.lit(text).alias(name) for name, text in {"gate": "composition", "version": "benchmark", "reason": "admitted"}.items()]
    ledger = pl.concat([empty_frame(Verdict), known.with_columns(*verdict, pl.lit(True).alias("passed"))], how="diagonal")
    return made, ledger, {"passed": True, "detector_version": ""}


def main() -> None:
    """Run the benchmark as the command line asks."""
    from empathy_assets.engines.packaging.context import PackageContext
    from empathy_assets.engines.packaging.package import write_package
    from empathy_assets.engines.packaging.verify import verify_package

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("input", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--release", default="next", help="which release of a build")
    parser.add_argument("--exports", default="", help="further formats, separated by commas")
    parser.add_argument("--workers", type=int, default=2, help="processes that clean corpora")
    chosen = parser.parse_args()
    before: list[Step] = []
    steps: list[Step] = []
    if chosen.input[0].is_dir():
        frame, ledger, certificate = of_build(chosen.input[0], chosen.release)
    else:
        frame, ledger, certificate = of_corpora(chosen.input, before, chosen.workers)
    folder, size = chosen.out / "package", text_mb(frame)
    shutil.rmtree(folder, ignore_errors=True)
    exports = tuple(name for name in chosen.exports.split(",") if name)
    with timed(steps, "write package") as step:
        write_package(frame, ledger, folder, PackageContext(chosen.release, certificate=certificate, exports=exports))
        step.rows, step.text_mb = frame.height, size
    with timed(steps, "verify package") as step:
        problems = verify_package(folder)
        step.rows, step.text_mb = frame.height, size
    if problems:
        raise SystemExit(f"the package does not stand: {problems[0]}")
    write_figures([*before, *steps, together(steps, frame.height, size)], chosen.out)


if __name__ == "__main__":
    main()
