"""Matching: which passage goes with which presenting issue, so that a conversation is about what its passage speaks of.

A passage is unfit for talk when it is too short, mostly numbers and symbols, or says nothing about inner or shared life that could be
quoted; the reason is kept. Among the fit ones, fit to an issue is the weighted share of the issue's topic words that the passage has
(stems; a word counts more the fewer passages and the fewer issues have it), and a passage of books or papers that can be quoted on nothing
the issue's clients ask about does not go with it at all. Which rows get which of the fitting passages is dealt elsewhere (`dealing`).

All of it is exact and seedless: the same passages and topics give the same fits.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl

from empathy_assets.engines.generating.grammar.claims import answers, claims
from empathy_assets.engines.generating.grammar.talk_lines import talk_lines
from empathy_assets.engines.generating.topics import stem
from empathy_assets.policy.load import number, table

Fits = npt.NDArray[np.float32]

_FIGURE = r"\d+|[=<>±×÷√∑∫\[\]{}|*_~^]|\.{4,}"
_WORD = r"[a-z][a-z'’]+"
_FIT = ""


def unfit_reasons(passages: pl.DataFrame) -> pl.Series:
    """Return for each passage why it is unfit for talk, empty where it is fit.

    The reasons are `too-short`, `figures`, `not-about-life`, `grave-or-clinical` and `nothing-to-quote`.

    Args:
        passages: `text` and `source` of each passage.
    """
    text = passages.get_column("text").str.to_lowercase()
    words = text.str.count_matches(r"\S+").cast(pl.Float64).clip(1.0)
    shares = pl.DataFrame(
        {
            "talk": passages.get_column("source") == "transcripts",  # of a talk the images are used, not the claims
            "words": words,
            "figures": text.str.count_matches(_FIGURE) / words,
            "warmth": text.str.count_matches(_life_words()) / words * 100,
            "grave": text.str.count_matches(_grave_words()) / words * 100,
        }
    )
    rough = shares.select(
        pl.when(pl.col("words") < number("generation", "matching.words_min"))
        .then(pl.lit("too-short"))
        .when(pl.col("figures") > number("generation", "matching.figures_max"))
        .then(pl.lit("figures"))
        .when(~pl.col("talk") & (pl.col("warmth") < number("generation", "matching.warmth_min")))
        .then(pl.lit("not-about-life"))
        .when(pl.col("grave") > number("generation", "matching.grave_max"))
        .then(pl.lit("grave-or-clinical"))
        .otherwise(pl.lit(_FIT))
    ).to_series()
    pairs = zip(rough, passages.get_column("text"), passages.get_column("source"), strict=True)
    return pl.Series("unfit", [reason or _quotable(body, source) for reason, body, source in pairs], dtype=pl.String)


def _quotable(text: str, source: str) -> str:
    if source == "transcripts":
        return _FIT if talk_lines(text) else "nothing-to-quote"
    return _FIT if claims(text, reports=source == "academic_findings") else "nothing-to-quote"


@cache
def _life_words() -> str:
    """Return the pattern of words that show a particular subject of inner or shared life."""
    lists = table("lexicons/passages")
    general = frozenset(lists["general"]["words"])
    subjects = cast(dict[str, list[str]], lists["subject"])
    return _any_of(form for subject, shown in subjects.items() if subject not in general for form in shown)


@cache
def _grave_words() -> str:
    """Return the pattern of words that everyday conversations leave alone."""
    unfit = cast(dict[str, list[str]], table("lexicons/passages")["unfit"])
    return _any_of(word for name in ("crisis", "clinical", "sweeping", "archaic") for word in unfit[name])


def _any_of(words: Iterable[str]) -> str:
    return rf"\b(?:{'|'.join(sorted(set(words)))})\b"


def weighed(text: str, source: str) -> str:
    """Return a passage with its claims over again: what can be quoted counts several times in its fit (policy `matching.claim_weight`)."""
    quotable = [claim.text for claim in claims(text, reports=source == "academic_findings")]
    return "\n".join([text, *quotable * (int(number("generation", "matching.claim_weight")) - 1)])


def fits(texts: Sequence[str], topics: Sequence[frozenset[str]]) -> Fits:
    """Return how well each passage fits each issue: shape (passages, issues), 0 (not at all) to 1 (has all that the topic names).

    Args:
        texts: Passages.
        topics: Topic stems of each issue.
    """
    vocabulary = sorted(frozenset[str]().union(*topics)) if topics else []
    place = {s: i for i, s in enumerate(vocabulary)}
    counts = _counts(texts, place)
    listed = np.zeros((len(vocabulary), len(topics)), dtype=np.float32)
    for issue, stems in enumerate(topics):
        listed[[place[s] for s in sorted(stems)], issue] = 1.0
    mentions = counts @ listed
    in_passages = (counts > 0).sum(axis=0)
    rare = np.log1p((len(texts) + 1) / (in_passages + 1)) / np.maximum(1.0, np.sqrt(listed.sum(axis=1)))
    weight = listed * rare[:, None].astype(np.float32)
    weight /= np.maximum(weight.sum(axis=0, keepdims=True), 1e-9)
    found = np.log1p(counts) @ weight
    spoken_of = (mentions >= number("generation", "matching.mentions_min")) & (found >= number("generation", "matching.fit_min"))
    return np.where(spoken_of, found, 0.0).astype(np.float32)


def answering(fit: Fits, passages: Iterable[tuple[str, str]], asked: Sequence[frozenset[str]]) -> Fits:
    """Return the fit of passages (text, source) that can be quoted on what clients ask, plus the share of their claims that do; else 0.

    Where no passage answers anybody, the fit is returned as it is.

    Args:
        fit: Shape (passages, issues), as `fits` returns it.
        passages: Text and source of each passage.
        asked: Subjects that clients of each issue ask about.
    """
    share = np.zeros_like(fit)
    for row, (text, source) in enumerate(passages):
        said = claims(text, reports=source == "academic_findings")
        share[row] = [sum(answers(claim, subjects) for claim in said) / max(1, len(said)) for subjects in asked]
    return np.where(share > 0, fit + share, 0.0).astype(np.float32) if share.any() else fit


def _counts(texts: Sequence[str], place: Mapping[str, int]) -> Fits:
    """Return how often each passage has each stem of the vocabulary."""
    counts = np.zeros((len(texts), len(place)), dtype=np.float32)
    if not texts or not place:
        return counts
    words = pl.DataFrame({"row": np.arange(len(texts)), "word": pl.Series(texts).str.to_lowercase().str.extract_all(_WORD)}).explode("word")
    known = {w: place[stem(w)] for w in words.get_column("word").unique().drop_nulls() if stem(w) in place}
    if not known:
        return counts
    hits = (
        words.filter(pl.col("word").is_in(list(known)))
        .with_columns(pl.col("word").replace_strict(known, return_dtype=pl.Int64).alias("place"))
        .group_by("row", "place")
        .len()
    )
    counts[hits["row"].to_numpy(), hits["place"].to_numpy()] = hits["len"].to_numpy()
    return counts
