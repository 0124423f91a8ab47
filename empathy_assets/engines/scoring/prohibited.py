"""Prohibited language in assistant turns: which pattern hit where, minding negation and the client's own request.

Lives here: the search. Must not live here: the patterns (`policy/lexicons/prohibited.toml`) or what a gate does about a hit.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from empathy_assets.engines.sentences import STOP_OR_LINE, spans
from empathy_assets.policy.load import POLICY_DIR

_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'"})
_WORDS_BEFORE = 4


class ProhibitedHit(NamedTuple):
    """One hit: the kind of language, the turn, its characters and the text found."""

    kind: str
    turn: int
    start: int
    end: int
    text: str


class _Kind(NamedTuple):
    name: str
    pattern: re.Pattern[str]
    negatable: bool
    unless_asked: bool
    unless_danger: bool


class _Lexicon(NamedTuple):
    kinds: list[_Kind]
    prefilter: re.Pattern[str]
    negation: re.Pattern[str]
    asked: re.Pattern[str]
    danger: re.Pattern[str]


@cache
def _lexicon() -> _Lexicon:
    raw = tomllib.loads((POLICY_DIR / "lexicons" / "prohibited.toml").read_text(encoding="utf-8"))
    kinds = [
        _Kind(name, _union(kind["any"]), kind["negatable"], kind.get("unless_asked", False), kind.get("unless_danger", False))
        for name, kind in raw["patterns"].items()
    ]
    negation = re.compile(r"(?<![\w'])(?:" + "|".join(re.escape(word) for word in raw["negations"]) + r")(?![\w'])")
    everything = _union([pattern for kind in raw["patterns"].values() for pattern in kind["any"]])
    return _Lexicon(kinds, everything, negation, _union(raw["asked"]), _union(raw["danger"]))


def _union(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def prohibited(turns: Sequence[tuple[str, str]], *, danger: bool = False) -> list[ProhibitedHit]:
    """Return the prohibited language in the assistant turns of a dialogue given as (role, content) pairs.

    A referral is no hit once the client has asked for one or is in immediate physical danger. A hit is dropped when it is negated
    ("I won't tell you to look on the bright side").

    Args:
        turns: Role and content of each turn.
        danger: Whether immediate physical danger is known from outside the words, as of a scenario that was written about it.
    """
    lexicon = _lexicon()
    hits: list[ProhibitedHit] = []
    asked = False
    for i, (role, content) in enumerate(turns):
        text = _lowered(content)
        if role == "user":
            asked = asked or lexicon.asked.search(text) is not None
            danger = danger or lexicon.danger.search(text) is not None
        elif role == "assistant" and lexicon.prefilter.search(text):
            hits += _hits(i, content, text, lexicon, asked=asked, danger=danger)
    return hits


def _hits(turn: int, content: str, text: str, lexicon: _Lexicon, *, asked: bool, danger: bool) -> list[ProhibitedHit]:
    """Return the hits in one assistant turn; `text` is `content` lower-cased, character for character."""
    found: list[ProhibitedHit] = []
    for kind in lexicon.kinds:
        if (kind.unless_asked and asked) or (kind.unless_danger and danger):
            continue
        for match in kind.pattern.finditer(text):
            if kind.negatable and _negated(text, match.start(), lexicon.negation):
                continue
            found.append(ProhibitedHit(kind.name, turn, match.start(), match.end(), content[match.start() : match.end()]))
    return sorted(found, key=lambda hit: (hit.start, hit.end, hit.kind))


def _negated(text: str, start: int, negation: re.Pattern[str]) -> bool:
    """Return whether a negation stands among the last words before `start` in the same sentence."""
    first = next((a for a, b in spans(text, STOP_OR_LINE) if a <= start < b), 0)
    before = re.split(r"[,;:]", text[first:start])[-1].split()
    return negation.search(" ".join(before[-_WORDS_BEFORE:])) is not None


def _lowered(text: str) -> str:
    """Return `text` lower-cased with straight apostrophes and unchanged length."""
    lower = text.translate(_QUOTES).lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(_QUOTES))
