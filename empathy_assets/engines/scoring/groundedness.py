"""Groundedness: the share of a reply's claims that its passage supports.

A claim is a statement about the passage's subject: a sentence that names one, is no question and speaks neither to the client nor of the
speaker, or the part of any sentence that is quoted or reported (in quotation marks, after a colon, after "found that", or five words in
the passage's own order). A claim is supported when one sentence of the passage, or two that stand together, has enough of its content
words (or words that mean the same, policy `lexicons/paraphrases.toml`) and its subject, agrees in what is negated, says nothing opposite,
and has every number the claim has. So a faithful paraphrase counts; a claim with a negation, number or subject changed does not, however
many words it shares. Two things it cannot see: roles exchanged within a sentence (A did more than B, B did more than A), and a claim
whose subject is only a pronoun, which counts as none.

Lives here: that measure; words alone, no model. Must not live here: the gate on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from empathy_assets.engines.scoring.ears_features import COMMON
from empathy_assets.engines.sentences import STOP_OR_LINE, spans
from empathy_assets.policy.load import number, table

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+(?:[.,]\d+)*")
_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+(?:[.,]\d+)*|[,;:.!?]")
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201d]*)(?:[\"\u201d]|$)")
_INITIAL = re.compile(r"([A-Z])(?<!\w.)\.(?=\s+[A-Z])")  # Ada B. Marsh is one name, not two sentences
_AFTER_COLON = re.compile(r":\s+(?=\w)")
_STEM = 6  # letters kept: joins attach/attachment/attached without a stemmer
_ENDINGS = re.compile(r"(?<=\w{3})(?:(?<!s)s|ed|ing|ly|er)$|(?<=\w{4})e$")
_CLAIM_WORDS = 3
_VERB_PLACE = 8  # words within which a report names its verb
_SOURCE_PLACE = 4  # words within which a sentence about a source names it
_STOPS = frozenset(",;:.!?")
_LIMITS = _STOPS | {"but", "only"}  # where a negation ends; not only is none
_REACH = 2  # content words that a negation is taken to turn
_RUN = 5  # words in the passage's own order that make a quotation


class _Said(NamedTuple):
    """What a statement says: its content ideas in order, those negated, its numbers."""

    ideas: tuple[str, ...]
    negated: frozenset[str]
    numbers: frozenset[str]


class _Window(NamedTuple):
    """What a part of the passage says, order left out."""

    ideas: frozenset[str]
    negated: frozenset[str]
    numbers: frozenset[str]


class _Passage(NamedTuple):
    """A passage ready to be compared with: what each sentence and each two that stand together say; its runs of words."""

    single: tuple[_Window, ...]
    double: tuple[_Window, ...]
    runs: frozenset[tuple[str, ...]]


def groundedness(reply: str, passage: str) -> float:
    """Return the share of the reply's claims supported by the passage, 0 to 1; 0 when the reply makes no claim."""
    return float(groundedness_of([reply], [passage])[0])


def groundedness_of(replies: Sequence[str], passages: Sequence[str]) -> NDArray[np.float64]:
    """Return `groundedness` of many pairs; each distinct passage is read once."""
    known: dict[str, _Passage] = {}
    out = np.zeros(len(replies))
    for i, (reply, passage) in enumerate(zip(replies, passages, strict=True)):
        if passage not in known:
            known[passage] = _read(passage)
        supported = [_supports(known[passage], claim) for claim in _claims(reply, known[passage].runs)]
        out[i] = sum(supported) / len(supported) if supported else 0.0
    return out


def claims_of(reply: str, passage: str) -> list[tuple[str, bool]]:
    """Return each claim of a reply, as the words compared, and whether the passage supports it: the evidence behind the score."""
    source = _read(passage)
    return [(" ".join(claim.ideas), _supports(source, claim)) for claim in _claims(reply, source.runs)]


def stems(text: str) -> frozenset[str]:
    """Return the stems of the content words of `text`."""
    return frozenset(word[:_STEM] for word in (w.casefold() for w in _WORD.findall(text)) if len(word) > 2 and word not in COMMON)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(table("lexicons/paraphrases")[name])


@cache
def _idea_of() -> dict[str, str]:
    """Return the idea (the stem of its line's first word) of each listed stem."""
    lines = cast(list[list[str]], table("lexicons/paraphrases")["same"])
    found: dict[str, str] = {}
    for line in lines:
        for word in line:
            found.setdefault(word[:_STEM], line[0][:_STEM])
    return found


@cache
def _opposites() -> dict[str, frozenset[str]]:
    """Return the ideas that exclude each idea."""
    found: dict[str, set[str]] = {}
    for one, other in cast(list[list[str]], table("lexicons/paraphrases")["opposite"]):
        a, b = (_idea_of().get(w[:_STEM], w[:_STEM]) for w in (one, other))
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return {idea: frozenset(others) for idea, others in found.items()}


@lru_cache(maxsize=65536)
def _idea(word: str) -> str:
    """Return the idea of a word, empty for one that carries none: its line in the policy's list, else its stem."""
    plain = _ENDINGS.sub("", word)[:_STEM]
    for stem in (word[:_STEM], plain):
        if stem in (known := _idea_of()):
            return known[stem]
    if word[:_STEM] in _opposites():
        return word[:_STEM]
    return "" if len(word) < 3 or word in COMMON or word in _words("people") else plain


def _said(tokens: Iterable[str]) -> _Said:
    """Return what words in lower case, stops among them, say."""
    ideas: list[str] = []
    negated: set[str] = set()
    numbers: set[str] = set()
    reach, negators = 0, _words("negators")
    for token in tokens:
        if token in _LIMITS:
            reach = 0
        elif token in negators or token.endswith("n't"):
            reach = _REACH
        elif token[0].isdigit() or token in _words("numbers"):
            numbers.add(token)
        elif idea := _idea(token):
            ideas.append(idea)
            if reach:
                negated.add(idea)
                reach -= 1
    return _Said(tuple(dict.fromkeys(ideas)), frozenset(negated), frozenset(numbers))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.casefold().replace("\u2019", "'"))


def _read(passage: str) -> _Passage:
    found = [_said(_tokens(passage[start:end])) for start, end in spans(passage, STOP_OR_LINE)]
    single = [_Window(frozenset(s.ideas), s.negated, s.numbers) for s in found]
    double = [_Window(*(x | y for x, y in zip(a, b, strict=True))) for a, b in pairwise(single)]
    plain = [w.replace("\u2019", "'") for w in _WORD.findall(passage.casefold())]
    return _Passage(tuple(single), tuple(double), frozenset(zip(*(plain[i:] for i in range(_RUN)), strict=False)))


def _claims(reply: str, runs: frozenset[tuple[str, ...]]) -> list[_Said]:
    found: list[_Said] = []
    reply = _INITIAL.sub(r"\1", reply)
    for start, end in spans(reply, STOP_OR_LINE):
        tokens = _claimed(reply[start:end], runs)
        if tokens is not None:
            said = _said(tokens)
            if len(said.ideas) + len(said.numbers) >= _CLAIM_WORDS or _run_start(tokens, runs) is not None:
                found.append(said)
    return found


def _claimed(sentence: str, runs: frozenset[tuple[str, ...]]) -> list[str] | None:
    """Return the words of a sentence that claim something; None when it claims nothing."""
    if sentence.rstrip(" \"'\u201d)").endswith("?"):
        return None
    for quoted in _QUOTED.finditer(sentence) if '"' in sentence or "\u201c" in sentence else ():
        said = _tokens(quoted.group(1))
        if len(said) >= _RUN and (_names_source(_tokens(sentence[: quoted.start()])) or _run_start(said, runs) is not None):
            return said
    tokens = _tokens(sentence)
    if ":" in sentence and (colon := _AFTER_COLON.search(sentence)):
        behind = _tokens(sentence[colon.end() :])
        if _names_source(_tokens(sentence[: colon.start()])) or _run_start(behind, runs) is not None:
            return behind
    if (reported := _reported(tokens)) is not None:
        return reported
    if _words("address").isdisjoint(tokens) and _words("source").isdisjoint(tokens[:_SOURCE_PLACE]) and not _speaks_of_none(tokens):
        return tokens
    run = _run_start(tokens, runs)
    return None if run is None else tokens[run:]


def _names_source(tokens: list[str]) -> bool:
    """Return whether words announce what a source says: they name one, or have a verb of saying that is nobody's in the room."""
    return not _words("source").isdisjoint(tokens) or (not _words("says").isdisjoint(tokens) and _words("address").isdisjoint(tokens))


def _reported(tokens: list[str]) -> list[str] | None:
    """Return what a source is said to say: behind a verb of saying and `that`, or behind one whose subject is a source; None if nothing."""
    says, address = _words("says"), _words("address")
    for place, verb in enumerate(tokens[:_VERB_PLACE]):
        if verb not in says or not address.isdisjoint(tokens[max(0, place - 2) : place]):
            continue  # no verb of saying, or it is the client or the speaker who says it
        behind = tokens[place + 1 :]
        if "that" in behind[:2]:
            return behind[behind.index("that") + 1 :]
        if not _words("source").isdisjoint(tokens[:place]) and address.isdisjoint(behind) and len(behind) > _CLAIM_WORDS:
            return behind
    return None


def _run_start(tokens: list[str], runs: frozenset[tuple[str, ...]]) -> int | None:
    """Return where five words in the passage's own order begin."""
    words = [t for t in tokens if t not in _STOPS]
    if runs.isdisjoint(zip(*(words[i:] for i in range(_RUN)), strict=False)):
        return None
    places = [i for i, t in enumerate(tokens) if t not in _STOPS]
    return next(places[k] for k in range(len(words)) if tuple(words[k : k + _RUN]) in runs)


def _speaks_of_none(tokens: list[str]) -> bool:
    """Return whether a sentence opens with kindness, a caution, or a pronoun: it names no subject of its own."""
    opening = " ".join(tokens[:4])
    return not tokens or tokens[0] in _words("pronouns") or any(opening.startswith(o) for o in _words("openers"))


def _supports(passage: _Passage, claim: _Said) -> bool:
    """Return whether a sentence of the passage supports the claim, or, where none is near it, two that stand together do."""
    least = number("judges", "groundedness.full_share")
    for windows, share in ((passage.single, least), (passage.double, number("judges", "groundedness.full_share_of_two"))):
        near = [(_shared(window, claim), window) for window in windows]
        best = max((value for value, _ in near), default=0.0)
        if best >= share:
            return any(_agrees(claim, window) for value, window in near if value == best)
    return False


def _shared(window: _Window, claim: _Said) -> float:
    """Return the share of the claim's ideas, weighed by their length, that a part of the passage has; 0 if it lacks the claim's subject."""
    if claim.ideas and claim.ideas[0] not in window.ideas:
        return 0.0
    weight = sum(map(len, claim.ideas))
    return sum(len(idea) for idea in claim.ideas if idea in window.ideas) / weight if weight else 1.0


def _agrees(claim: _Said, window: _Window) -> bool:
    """Return whether claim and passage negate the same, say nothing opposite, and have the same numbers."""
    shared = window.ideas.intersection(claim.ideas)
    theirs, ours = shared & window.negated, claim.negated
    if bool(theirs) != bool(ours) or (theirs and not theirs & ours) or not claim.numbers <= window.numbers:
        return False
    opposites = _opposites()
    return not any(opposites[idea] & window.ideas for idea in claim.ideas if idea not in shared and idea in opposites)
