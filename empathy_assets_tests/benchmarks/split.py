"""The split of a release, timed step by step: `python -m empathy_assets_tests.benchmarks.split IN... --out DIR`.

IN is the `gated` table of a build (`data/gated/next/data.parquet`), or corpora as JSONL: these are curated first, and what is kept is dealt
to the stages in the mix of policy. Then, as the asset `split` does: near copies, leakage clusters, assignment, statistics; and, as the
packager does, the proof that nothing leaks. `split.parquet` holds the result.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl

from empathy_assets_tests.benchmarks.curation import curate
from empathy_assets_tests.benchmarks.measuring import Step, text_mb, timed, together, write_figures


def conversations_of(paths: list[Path], steps: list[Step], workers: int) -> pl.DataFrame:
    """Return conversations with a stage: a table as it is, corpora curated and dealt out in exactly the mix of policy."""
    from empathy_assets.policy.releases import mix

    if all(path.suffix == ".parquet" for path in paths):
        return pl.concat([pl.read_parquet(path) for path in paths])
    with tempfile.TemporaryDirectory() as scratch:
        made = curate(paths, workers, steps, Path(scratch))
        kept = pl.concat([records.filter(chosen["kept"]) for records, chosen in made.records()])
    shares = {stage: round(100 * float(share)) for stage, share in mix().items()}
    deal = [stage for stage, count in shares.items() for _ in range(count)]
    whole = kept.head(kept.height // len(deal) * len(deal))
    stages = pl.Series("stage", deal * (whole.height // len(deal)), dtype=pl.String)
    return whole.with_columns(stages)


def split(frame: pl.DataFrame, steps: list[Step]) -> pl.DataFrame:
    """Return the conversations with cluster and split; the steps are added to `steps`."""
    from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
    from empathy_assets.engines.packaging.fence import leakage_proof
    from empathy_assets.engines.splitting.assign import assign
    from empathy_assets.engines.splitting.clusters import leakage_clusters
    from empathy_assets.engines.splitting.validation import validate

    rows, size = frame.height, text_mb(frame)
    with timed(steps, "near copies") as step:
        near = near_duplicate_clusters(frame)
        step.rows, step.text_mb = rows, size
    with timed(steps, "leakage clusters") as step:
        clustered = frame.with_columns(leakage_clusters(frame, near).alias("cluster_id"))
        step.rows, step.text_mb = rows, size
    with timed(steps, "assign") as step:
        made = clustered.with_columns(assign(clustered).alias("split"))
        step.rows, step.text_mb = rows, size
    with timed(steps, "statistics") as step:
        figures = validate(made)
        step.rows, step.text_mb = rows, size
    with timed(steps, "leakage proof") as step:
        proof = leakage_proof(made)
        step.rows, step.text_mb = rows, size
    if not (figures.passed and proof.passed):
        raise SystemExit(f"the split is off by {figures.worst_pp:.3f} percentage points; {proof.reason}")
    return made


def main() -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("input", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2, help="processes that clean corpora")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    before: list[Step] = []
    steps: list[Step] = []
    made = split(conversations_of(chosen.input, before, chosen.workers), steps)
    made.write_parquet(chosen.out / "split.parquet")
    write_figures([*before, *steps, together(steps, made.height, text_mb(made))], chosen.out)


if __name__ == "__main__":
    main()
