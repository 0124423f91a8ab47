"""Curation of a conversation corpus, timed step by step: `python -m empathy_assets_tests.benchmarks.curation IN... --out DIR`.

Read landed JSONL, clean and mask, drop exact and near copies, write Parquet, with the functions a build uses; cleaned chunks lie in the
cache of a build, and some thousands of rows are held at a time, whatever the size of the files. Every row that came in is in
`kept.parquet` (`id`, `messages`) or, with its reason, in `dropped.jsonl`; rows of the input are known by their own `id`. Each step
prints wall and CPU seconds, rows and MB of the input per second and the peak memory of the process tree; `figures.json` holds the same.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow.parquet as pq
from upath import UPath

from empathy_assets_tests.benchmarks.measuring import Step, timed, together, write_figures

if TYPE_CHECKING:
    from empathy_assets.adapters.cache import FrameCache

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
    """What curation makes of corpora.

    Attributes:
        chunks: Where the cleaned records lie, in order; they are never held all at once.
        kept: Which records stay, and the `reason` of the others.
        rejects: Why lines are no record.
        unusable: Why records are no conversation.
    """

    chunks: list[Callable[[], pl.DataFrame]]
    kept: pl.DataFrame
    rejects: pl.DataFrame
    unusable: pl.DataFrame

    def records(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
        """Yield records and what became of them, chunk by chunk."""
        at = 0
        for read in self.chunks:
            records = records_of(read())
            yield records, self.kept[at : at + records.height]
            at += records.height


def records_of(outcome: pl.DataFrame) -> pl.DataFrame:
    """Return the conversations of a cleaned chunk."""
    return outcome.filter(pl.col("record").is_not_null()).select("record").unnest("record")


def curate(paths: list[Path], workers: int, steps: list[Step], scratch: Path) -> Curated:
    """Read, clean and deduplicate `paths`; the steps are added to `steps`."""
    from empathy_assets.adapters.cache import FrameCache
    from empathy_assets.adapters.compute import ProcessPool, computed
    from empathy_assets.adapters.landing import open_conversations
    from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
    from empathy_assets.engines.deduplicating.keep import choose_kept

    cache = FrameCache(UPath(scratch) / "frames")
    rights = scratch / "rights.toml"
    rights.write_text(RIGHTS, encoding="utf-8")
    rows = sum(map(lines_in, paths))
    with ExitStack() as stack:
        with timed(steps, "read") as step:
            landed = stack.enter_context(open_conversations(paths, rights))
            step.rows, step.text_mb = rows, megabytes(paths)
        with timed(steps, "clean") as step:
            pool = ProcessPool(workers)
            keys = computed(cleaned, landed.frames(), namespace="clean", version="benchmark", cache=cache, pool=pool)
            step.rows, step.text_mb = rows - landed.rejects.height, megabytes(paths)
    chunks = [partial(_chunk, cache, key) for key in keys]
    facts: list[pl.DataFrame] = []
    unusable: list[pl.DataFrame] = []
    with timed(steps, "deduplicate") as step:
        clusters = near_duplicate_clusters(_said(chunks, facts, unusable))
        kept = choose_kept(pl.concat(facts), clusters)
        step.rows, step.text_mb = kept.height, megabytes(paths)
    return Curated(chunks, kept, landed.rejects, pl.concat(unusable))


def _chunk(cache: FrameCache, key: tuple[str, str]) -> pl.DataFrame:
    """Return a cleaned chunk."""
    return cache.get("clean", *key, compute=_lost)


def _lost() -> pl.DataFrame:
    raise SystemExit("a chunk that was cleaned is gone from the scratch folder; run again")


def _said(chunks: list[Callable[[], pl.DataFrame]], facts: list[pl.DataFrame], unusable: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield what clusters are made of, chunk by chunk; what the choice among copies looks at, and the rejects, are kept in the lists."""
    pair, prov = pl.col("labels").struct.field("pair_id"), pl.col("provenance").struct
    place = pl.struct(prov.field("file"), prov.field("record_id"), prov.field("start"))
    for read in chunks:
        outcome = read()
        records = records_of(outcome)
        facts.append(records.select("id", "licence", "source", "stage", pl.struct(pair).alias("labels"), place.alias("provenance")))
        unusable.append(outcome.filter(pl.col("reject").is_not_null()).select("reject").unnest("reject"))
        yield records.select("id", "turns")


def lines_in(path: Path) -> int:
    """Return how many lines a file has."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(partial(file.read, 1 << 20), b""))


def megabytes(paths: list[Path]) -> float:
    """Return the size of the files in MB."""
    return sum(path.stat().st_size for path in paths) / 1e6


def write_curated(paths: list[Path], made: Curated, out: Path) -> int:
    """Write `kept.parquet` and `dropped.jsonl` and return how many rows are accounted for in them."""
    own_id = pl.col("provenance").struct.field("record_id").alias("id")
    dropped: list[pl.DataFrame] = []
    writer: pq.ParquetWriter | None = None
    for records, kept in made.records():
        stays = records.filter(kept["kept"]).select(own_id, pl.col("turns").alias("messages")).to_arrow()
        writer = writer or pq.ParquetWriter(out / "kept.parquet", stays.schema, compression="zstd")
        writer.write_table(stays)
        dropped.append(records.select(own_id).with_columns(kept["reason"]).filter(~kept["kept"]))
    if writer is not None:
        writer.close()
    broken = made.unusable.select(pl.col("position").str.extract(r"([^ ]+)$", 1).alias("id"), "reason")
    lines = unread(paths, made.rejects)
    pl.concat([*dropped, lines, broken]).write_ndjson(out / "dropped.jsonl")
    return made.kept.height + lines.height + broken.height


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
    with tempfile.TemporaryDirectory(dir=chosen.out) as scratch:
        made = curate(chosen.input, chosen.workers, steps, Path(scratch))
        with timed(steps, "write") as step:
            step.rows, step.text_mb = write_curated(chosen.input, made, chosen.out), megabytes(chosen.input)
    write_figures([*steps, together(steps, steps[0].rows, steps[0].text_mb)], chosen.out)


if __name__ == "__main__":
    main()
