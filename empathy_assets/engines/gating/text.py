"""Finding phrases in the turns of many conversations at once, with their places.

Lives here: turn views, search, spans. Must not live here: which phrases matter (policy) or what a hit means (the gates).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from empathy_assets.engines.gating.gate import OUTCOME

_TURNS = {"row": pl.UInt32, "turn": pl.UInt32, "role": pl.String, "content": pl.String}
_HITS = {"row": pl.UInt32, "rule": pl.String, "turn": pl.Int64, "start": pl.Int64, "end": pl.Int64}


@dataclass(frozen=True, slots=True)
class Rule:
    """A named family of phrases.

    Attributes:
        name: Reason given for a hit.
        pattern: Regular expression without look-around, matched without regard to case; must mean the same to Rust and Python.
        unless: A hit within a turn that also matches this within `window` characters does not count; empty: always counts.
        together: Must also match within `window` characters of the hit; empty: the pattern suffices.
        window: Reach in characters on both sides.
    """

    name: str
    pattern: str
    unless: str = ""
    together: str = ""
    window: int = 0


def any_of(phrases: Sequence[str]) -> str:
    """Return one case-insensitive expression that matches any of the phrases; a straight apostrophe also matches a curly one."""
    return "(?i)(?:" + "|".join(phrases).replace("'", "['’]") + ")"


def turns_of(frame: pl.DataFrame, *, roles: Sequence[str]) -> pl.DataFrame:
    """Return one row per turn spoken by `roles`: `row` (position in the frame), `turn` (index in the dialogue), `role`, `content`."""
    return (
        frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"), "turns")
        .with_columns(pl.int_ranges(pl.col("turns").list.len(), dtype=pl.UInt32).alias("turn"))
        .explode("turns", "turn", empty_as_null=True)
        .select("row", "turn", pl.col("turns").struct.field("role"), pl.col("turns").struct.field("content"))
        .filter(pl.col("role").is_in(list(roles)) & pl.col("content").is_not_null())
        .cast(_TURNS)  # pyright: ignore[reportArgumentType] - a schema mapping is accepted
    )


def _counts(rule: Rule, text: str, start: int, end: int) -> bool:
    near = text[max(0, start - rule.window) : end + rule.window]
    if rule.together and not re.search(rule.together, near):
        return False
    return not (rule.unless and re.search(rule.unless, near))


def find(turns: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Return every hit of every rule: `row`, `rule`, `turn`, `start`, `end` (characters), in the order of the turns.

    The vectorised search only tells which turns hold a hit; places are then found in those few alone.
    """
    hits: list[tuple[int, str, int, int, int]] = []
    for rule in rules:
        there = pl.col("content").str.contains(rule.pattern)
        if rule.together:
            there &= pl.col("content").str.contains(rule.together)
        pattern = re.compile(rule.pattern)
        for row, turn, _, text in turns.filter(there).iter_rows():
            hits.extend(
                (row, rule.name, turn, m.start(), m.end()) for m in pattern.finditer(text) if _counts(rule, text, m.start(), m.end())
            )
    return pl.DataFrame(hits, schema=_HITS, orient="row").sort("row", "turn", "start", "rule")


def per_record(hits: pl.DataFrame, height: int) -> pl.DataFrame:
    """Return for each of `height` rows the first rule hit (`rule`, null if none), the number of hits (`hits`) and their `spans`."""
    span = pl.struct("turn", "start", "end")
    found = hits.group_by("row", maintain_order=True).agg(pl.col("rule").first(), pl.len().alias("hits"), span.alias("spans"))
    every = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    empty = pl.lit([], dtype=OUTCOME["spans"])
    return every.join(found, on="row", how="left", maintain_order="left").with_columns(
        pl.col("hits").fill_null(0), pl.col("spans").cast(OUTCOME["spans"]).fill_null(empty)
    )
