"""Language of a conversation: English where stop words make it certain, a detector for the few texts where they do not.

Lives here: the stop-word guard and the lazy call of the detector. Must not live here: what to do with other languages (a gate's work).
"""

from functools import cache
from typing import Any

import polars as pl

from empathy_assets.policy.load import number, table

UNKNOWN = "und"
_NAMES = (
    "ENGLISH", "SPANISH", "FRENCH", "GERMAN", "PORTUGUESE", "ITALIAN", "DUTCH", "POLISH", "RUSSIAN", "TURKISH",
    "ARABIC", "HINDI", "CHINESE", "JAPANESE", "KOREAN", "SWEDISH",
)  # fmt: skip


@cache
def _detector() -> Any:
    """Return lingua's detector over the languages that user data is likely to hold; built once, on first need."""
    from lingua import Language, LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in _NAMES)).build()


@cache
def _stop_words() -> str:
    words = sorted(set(table("cleaning")["words"]["english"]), key=lambda w: (-len(w), w))
    return r"(?i-u:\b(?:" + "|".join(words) + r")\b)"


def _detect(text: str) -> str:
    """Return the ISO 639-1 code lingua gives, or `und` where it declines."""
    found = _detector().detect_language_of(text)
    return UNKNOWN if found is None else str(found.iso_code_639_1.name).lower()


def languages(exploded: pl.DataFrame) -> pl.DataFrame:
    """Return `row`, `language` (ISO 639-1 or `und`), one line per conversation of `exploded` (`row`, `content`).

    The first characters of every turn are read, so that a long monologue or one foreign turn does not decide alone.
    """
    head = pl.col("content").str.head(int(number("cleaning", "language.sample_chars")))
    sample = exploded.select("row", head.alias("head"))
    counted = sample.with_columns(
        pl.col("head").str.count_matches(_stop_words()).alias("stops"),
        (pl.col("head").str.count_matches(" ", literal=True) + 1).alias("words"),
    )
    per_row = counted.group_by("row", maintain_order=True).agg(pl.col("stops").sum(), pl.col("words").sum())
    share = pl.col("stops") / pl.col("words")
    short = pl.col("words") < int(number("cleaning", "language.min_words_to_judge"))
    certain = (share >= number("cleaning", "language.certain_share")) | (short & (pl.col("stops") > 0))
    judged = per_row.with_columns(pl.when(certain).then(pl.lit("en")).when(short).then(pl.lit(UNKNOWN)).alias("language"))
    open_rows = judged.filter(pl.col("language").is_null())["row"]
    if not len(open_rows):
        return judged.select("row", "language")
    texts = (
        sample.filter(pl.col("row").is_in(open_rows.implode()))
        .group_by("row", maintain_order=True)
        .agg(pl.col("head").str.join("\n").alias("text"))
    )
    found = texts.select("row", pl.Series("found", [_detect(t) for t in texts["text"].to_list()], dtype=pl.String))
    filled = judged.join(found, on="row", how="left", maintain_order="left")
    return filled.select("row", pl.coalesce("language", "found").alias("language"))
