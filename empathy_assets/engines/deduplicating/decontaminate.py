"""Overlap with benchmarks: the word n-grams a conversation shares with texts it must not have seen, each kept as evidence.

Lives here: matching. Must not live here: reading benchmark files, or deciding how many matches condemn a record (a gate's work).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from empathy_assets.engines.deduplicating.shingles import U64, combine, words
from empathy_assets.engines.deduplicating.sketches import texts_of
from empathy_assets.policy.load import number, table

HITS = pl.Schema({"row": pl.UInt32, "id": pl.String, "benchmark": pl.String, "text_number": pl.UInt32, "ngram": pl.String})
"""One line per conversation, benchmark text and n-gram: `text_number` counts the benchmark's texts from 0, `ngram` is the words matched."""


def _ngrams(texts: pl.Series, n: int) -> tuple[U64, pl.Series, pl.Series]:
    """Return hash, text number and words of every n-gram of the benchmark texts; shorter texts have none."""
    hashes: list[U64] = [np.zeros(0, dtype=np.uint64)]
    owners: list[int] = []
    grams: list[str] = []
    for block in words(texts):
        runs = combine(block.hashes, n)
        at = np.flatnonzero(block.text[: len(runs)] == block.text[n - 1 :]) if len(runs) else np.zeros(0, dtype=np.int64)
        hashes.append(runs[at])
        owners += (block.text[at] + block.first).tolist()
        grams += [_spelled(block.data, block.start[i : i + n], block.end[i : i + n]) for i in at.tolist()]
    return np.concatenate(hashes), pl.Series(owners, dtype=pl.UInt32), pl.Series(grams, dtype=pl.String)


def _spelled(data: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> str:
    """Return the words at these places, lower-case, one space apart."""
    return " ".join(bytes(data[s:e]).decode("utf-8", "replace") for s, e in zip(starts.tolist(), ends.tolist(), strict=True)).lower()


def _allowed() -> pl.Expr:
    """Return whether an n-gram stands inside a wording that policy allows."""
    wordings: list[str] = table("deduplicating")["decontamination"]["allow"]
    inside = [pl.lit(f" {wording} ").str.contains(pl.format(" {} ", "ngram"), literal=True) for wording in wordings]
    return pl.any_horizontal(*inside) if inside else pl.lit(value=False)


def matched_ngrams(frame: pl.DataFrame, benchmarks: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return every word n-gram the conversations share with the benchmark texts, as `HITS`, ordered by row and place.

    The length of an n-gram is `decontamination.ngram_words` of policy. Case and punctuation are ignored; a match is confirmed on
    the words themselves, so that a hash collision is no hit. Cost is linear in the conversations' words.

    Args:
        frame: `id` and `turns`.
        benchmarks: Texts per benchmark name.
    """
    n = int(number("deduplicating", "decontamination.ngram_words"))
    wanted: list[tuple[str, U64, pl.Series, pl.Series]] = [
        (name, *_ngrams(pl.Series(list(benchmarks[name]), dtype=pl.String), n)) for name in sorted(benchmarks)
    ]
    every = np.unique(np.concatenate([w[1] for w in wanted])) if wanted else np.zeros(0, dtype=np.uint64)
    if not len(every):
        return pl.DataFrame(schema=HITS)
    where = (
        pl.concat(
            pl.DataFrame({"benchmark": pl.Series([name] * len(grams), dtype=pl.String), "text_number": owners, "ngram": grams})
            for name, _, owners, grams in wanted
        )
        .unique(maintain_order=True)
        .filter(~_allowed())
    )
    rows: list[int] = []
    grams: list[str] = []
    for block in words(texts_of(frame)):
        runs = combine(block.hashes, n)
        if not len(runs):
            continue
        spot = np.minimum(np.searchsorted(every, runs), len(every) - 1)
        at = np.flatnonzero((every[spot] == runs) & (block.text[: len(runs)] == block.text[n - 1 :]))
        rows += (block.text[at] + block.first).tolist()
        grams += [_spelled(block.data, block.start[i : i + n], block.end[i : i + n]) for i in at.tolist()]
    found = pl.DataFrame({"row": rows, "ngram": grams}, schema={"row": pl.UInt32, "ngram": pl.String}).unique(maintain_order=True)
    hits = found.join(where, on="ngram", how="inner", maintain_order="left_right")
    return hits.with_columns(frame["id"].gather(hits["row"])).select(list(HITS)).cast(dict(HITS))  # pyright: ignore[reportArgumentType]
