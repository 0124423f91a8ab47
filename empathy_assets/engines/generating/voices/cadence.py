"""Cadence: how long a voice's sentences are and whom they turn to, measured in a text and imposed on another.

Imposing changes no content: full forms for contractions, two sentences joined or one divided at a mark that already divides it. What
stands in double quotes is somebody else's speech and stays.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from operator import attrgetter
from statistics import fmean, quantiles

import numpy as np

from empathy_assets.engines.generating.voices.words import Vector, is_punctuated, sentences_of, words_of
from empathy_assets.policy.load import number, table

_YOU = frozenset({"you", "your", "yours", "yourself", "you're", "you've", "you'd", "you'll"})
_WE = frozenset({"we", "us", "our", "ours", "ourselves", "we're", "we've", "we'll", "we'd", "let's"})
_I = frozenset({"i", "me", "my", "mine", "myself", "i'm", "i've", "i'd", "i'll"})


@dataclass(frozen=True)
class Cadence:
    """Figures of how a voice moves; those of sentences are None where the text has no sentence marks.

    Attributes:
        sentence_words: Mean words per sentence.
        short_share: Share of short sentences, in [0, 1].
        question_share: Share of sentences that ask, in [0, 1].
        you: `you` and its forms per 100 words.
        we: `we` and its forms per 100 words.
        i: `I` and its forms per 100 words.
        contractions: Contractions per 100 words.
        deciles: The nine deciles of sentence length in words; empty without sentence marks.
    """

    sentence_words: float | None
    short_share: float | None
    question_share: float | None
    you: float
    we: float
    i: float
    contractions: float
    deciles: tuple[float, ...] = ()


MEASURES = tuple(f.name for f in fields(Cadence))[:-1]
"""Names of the figures that `standardised` returns, in order."""


def cadence(texts: list[str]) -> Cadence:
    """Return the cadence of texts taken together."""
    counts = Counter(word for text in texts for word in words_of(text))
    return cadence_of(texts, counts)


def cadence_of(texts: list[str], counts: Mapping[str, int]) -> Cadence:
    """Return the cadence of texts whose words are counted already."""
    per_100 = 100 / max(1, sum(counts.values()))
    you, we, i = (sum(counts.get(word, 0) for word in forms) * per_100 for forms in (_YOU, _WE, _I))
    contracted = sum(n for word, n in counts.items() if "'" in word and _is_contraction(word))
    if not is_punctuated(texts):
        return Cadence(None, None, None, you, we, i, contracted * per_100)
    sentences = [s for text in texts for s in sentences_of(text)]
    lengths = [max(1, len(words_of(s))) for s in sentences]
    most = number("voices", "profile.short_words")
    short = sum(n <= most for n in lengths) / len(lengths)
    asked = sum(s.rstrip("\"')]").endswith("?") for s in sentences) / len(sentences)
    deciles = tuple(round(q, 2) for q in quantiles(lengths, n=10)) if len(lengths) > 1 else ()
    return Cadence(fmean(lengths), short, asked, you, we, i, contracted * per_100, deciles)


def _is_contraction(word: str) -> bool:
    """Return whether a word is contracted; a possessive is not."""
    return "'" in word and (not word.endswith("'s") or word in {"it's", "that's", "there's", "what's", "let's"})


_figures = attrgetter(*MEASURES)


def standardised(beats: list[Cadence]) -> Vector:
    """Return the figures of each cadence in standard deviations, shape (beats, measures); NaN where there are no sentences to measure.

    Sentence lengths enter by their logarithm.
    """
    scale = np.array([number("voices", f"cadence.{name}") for name in MEASURES])
    return np.array([_row(c) for c in beats], dtype=float).reshape(len(beats), len(MEASURES)) / scale


def _row(figures: Cadence) -> list[float]:
    values = [np.nan if v is None else float(v) for v in _figures(figures)]
    values[0] = float(np.log(values[0])) if values[0] > 0 else np.nan
    return values


_S = re.compile(r"\b(it|that|there|what)'s\b(?= (\w+))", re.IGNORECASE)
_INVERTED = re.compile(
    r"\b(?=[a-z]+')"
    r"(don|doesn|didn|isn|aren|wasn|weren|won|wouldn|couldn|shouldn|can|haven|hasn|hadn)'t (?=(?:you|i|we|they|it|he|she|that|there)\b)",
    re.IGNORECASE,
)
_DIVIDED = re.compile(r"(?:;|, and(?= (?:you|I|it|that|there|we|they)\b))\s+")
_SAYS_I = frozenset({"I", "I'm", "I've", "I'd", "I'll"})


def spoken(turn: str, voice: Cadence) -> str:
    """Return a turn in the voice's cadence: full forms, shorter or longer sentences, as that voice has them."""
    parts = turn.split('"')
    if voice.contractions <= number("voices", "shape.full_forms_max"):
        parts[::2] = [_in_full(part) for part in parts[::2]]
    mean = voice.sentence_words
    if mean is not None and mean <= number("voices", "shape.short_mean"):
        parts[::2] = [_divided(part) for part in parts[::2]]
    turn = '"'.join(parts)
    return _joined(turn, mean) if mean is not None and mean >= number("voices", "shape.long_mean") else turn


def _in_full(text: str) -> str:
    """Return text without contractions; `don't you` keeps its own, since `do not you` is nobody's English."""
    if "'" not in text:
        return text
    kept = {m.start() for m in _INVERTED.finditer(text)}
    pattern, full = _full_forms()
    text = pattern.sub(lambda m: m.group() if m.start() in kept else _as(m.group(), full[m.group().lower()]), text)
    return _S.sub(
        lambda m: f"{m.group(1)} {'has' if m.group(2).lower() in {'been', 'got', 'become', 'come', 'gone', 'had'} else 'is'}", text
    )


@cache
def _full_forms() -> tuple[re.Pattern[str], dict[str, str]]:
    full: dict[str, str] = table("voices")["full_forms"]
    return re.compile(r"\b(?=[a-z]+')(" + "|".join(full) + r")\b(?!')", re.IGNORECASE), full


def _as(written: str, full: str) -> str:
    return full[0].upper() + full[1:] if written[0].isupper() else full


def _divided(text: str) -> str:
    """Return text with sentences cut at semicolons, and before `and` plus a subject."""

    def cut(match: re.Match[str]) -> str:
        return ". And " if match.group().startswith(",") else ". "

    text = _DIVIDED.sub(cut, text)
    return re.sub(r"(?<=[.!?] )[a-z]", lambda m: m.group().upper(), text)


@cache
def _lowered() -> frozenset[str]:
    """Return the words that lose their capital when their sentence is joined to the one before: surely no names."""
    return frozenset(table("voices")["words"]["lowered"])


def _joined(turn: str, mean: float) -> str:
    """Return the turn with short neighbouring statements joined by a semicolon, two at a time, up to what the voice usually says in one."""
    most = min(number("voices", "shape.join_words_max"), number("voices", "shape.join_share_max") * mean)
    done: list[str] = []
    for sentence in sentences_of(turn):
        first = sentence.split(" ", 1)[0]
        small = first.lower().rstrip(",") in _lowered() or first in _SAYS_I
        fits = bool(done) and done[-1].endswith(".") and sentence.endswith(".") and len(done[-1].split()) + len(sentence.split()) <= most
        if small and fits and ";" not in done[-1] and ":" not in done[-1]:
            done[-1] = f"{done[-1][:-1]}; {sentence if first in _SAYS_I else sentence[0].lower() + sentence[1:]}"
        else:
            done.append(sentence)
    return " ".join(done)
