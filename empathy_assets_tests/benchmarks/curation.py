"""Curation of a conversation corpus, timed step by step: `python -m empathy_assets_tests.benchmarks.curation IN... --out DIR`.

Read landed JSONL, clean and mask, drop exact and near copies, write Parquet, with the functions a build uses. Every row that came in is in
`kept.parquet` (`id`, `messages`) or, with its reason, in `dropped.jsonl`; rows of the input are known by their own `id`. Each step
prints wall and CPU seconds, rows and MB of the input per second and the peak memory of the process tree; `figures.json` holds the same.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from upath import UPath

from empathy_assets_tests.benchmarks.measuring import Step, timed, together, write_figures

RIGHTS = '["**"]\nlicence = "CC0-1.0"\norigin = "benchmark"\nholder = "benchmark"\n'
"""What the input is declared as: nothing of it is kept."""
OWN_ID = re.compile(rb'"id": ?"([^"]+)"')


def cleaned(frame: pl.DataFrame) -> pl.DataFrame:
    """Return one row per input row: struct column `record` or `reject`, as staging does without the judges."""
    from empathy_assets.engines.cleaning.prepare import prepare
    from empathy_assets.engines.staging.prepare import empty_outcome

    kept, rejects = prepare(frame)
    parts = [kept.select(pl.struct(pl.all()).alias("record")), rejects.select(pl.struct(pl.all()).alias("reject"))]
    return pl.concat([empty_outcome(), *parts], how="diagonal")


@dataclass(frozen=True)
class Curated:
    """What curation makes of corpora: records and which of them stay, and why the other rows are none."""

    records: pl.DataFrame
    choice: pl.DataFrame
    rejects: pl.DataFrame
    unusable: pl.DataFrame

    def kept(self) -> pl.DataFrame:
        """Return the records that stay."""
        return self.records.filter(self.choice["kept"])


def curate(paths: list[Path], workers: int, steps: list[Step]) -> Curated:
    """Read, clean and deduplicate `paths`; the steps are added to `steps`."""
    from empathy_assets.adapters.cache import FrameCache
    from empathy_assets.adapters.compute import ProcessPool, map_frame
    from empathy_assets.adapters.landing import read_paths
    from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
    from empathy_assets.engines.deduplicating.keep import choose_kept
    from empathy_assets.engines.staging.prepare import unpack

    size = megabytes(paths)
    with tempfile.TemporaryDirectory() as scratch:
        rights = Path(scratch) / "rights.toml"
        rights.write_text(RIGHTS, encoding="utf-8")
        with timed(steps, "read") as step:
            landed = read_paths(paths, rights, "conversations")
            conversations, rejects = landed.conversations, landed.rejects
            del landed
            step.rows, step.text_mb = conversations.height + rejects.height, size
        with timed(steps, "clean") as step:
            cache = FrameCache(UPath(scratch) / "frames")
            made = map_frame(cleaned, conversations, namespace="clean", version="benchmark", cache=cache, pool=ProcessPool(workers))
            step.rows, step.text_mb = conversations.height, size
            del conversations  # as between two assets of a build: the next one gets what was written
            records, unusable = unpack(made)
            del made
        with timed(steps, "deduplicate") as step:
            choice = choose_kept(records, near_duplicate_clusters(records.select("id", "turns")))
            step.rows, step.text_mb = records.height, size
    return Curated(records, choice, rejects, unusable)


def megabytes(paths: list[Path]) -> float:
    """Return the size of the files in MB."""
    return sum(path.stat().st_size for path in paths) / 1e6


def write_curated(paths: list[Path], made: Curated, out: Path) -> int:
    """Write `kept.parquet` and `dropped.jsonl` and return how many rows are accounted for in them."""
    own_id = pl.col("provenance").struct.field("record_id").alias("id")
    made.kept().select(own_id, pl.col("turns").alias("messages")).write_parquet(out / "kept.parquet")
    copies = made.records.select(own_id).with_columns(made.choice["reason"]).filter(~made.choice["kept"])
    broken = made.unusable.select(pl.col("position").str.extract(r"([^ ]+)$", 1).alias("id"), "reason")
    lines = unread(paths, made.rejects)
    pl.concat([copies, lines, broken]).write_ndjson(out / "dropped.jsonl")
    return made.records.height + lines.height + made.unusable.height


def unread(paths: list[Path], rejects: pl.DataFrame) -> pl.DataFrame:
    """Return `id` and `reason` of the rows the reader refused: it names the line, the line names itself."""
    lines = rejects.select("file", pl.col("position").str.extract(r"line (\d+)").cast(pl.Int64).alias("line"), "reason")
    found: list[dict[str, str]] = []
    for path in paths:
        wanted = dict(lines.filter(pl.col("file").str.ends_with(path.name)).select("line", "reason").iter_rows())
        with path.open("rb") as file:
            for number, text in enumerate(file, start=1):
                if number in wanted and (named := OWN_ID.search(text)):
                    found.append({"id": named[1].decode(), "reason": str(wanted[number])})
    return pl.DataFrame(found, schema={"id": pl.String, "reason": pl.String})


def main() -> None:
    """Run the benchmark as the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("input", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    steps: list[Step] = []
    made = curate(chosen.input, chosen.workers, steps)
    with timed(steps, "write") as step:
        step.rows, step.text_mb = write_curated(chosen.input, made, chosen.out), megabytes(chosen.input)
    write_figures([*steps, together(steps, steps[0].rows, steps[0].text_mb)], chosen.out)


if __name__ == "__main__":
    main()
