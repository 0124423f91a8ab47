"""Speech: cues joined to sentences, also where the recogniser wrote no full stops, and packed to passages of one speaker.

Lives here: sentence restoration, back-channels, passage sizes, estimated times inside long turns. Must not live here: formats, rolling.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from empathy_assets.engines.reading.cues import Cue
from empathy_assets.engines.reading.passages import sentences
from empathy_assets.policy.load import number, table

_STOP = re.compile(r"[.!?…][\"'”’)\]]*(?:\s|$)")
_ENDS = re.compile(r"[.!?…][\"'”’)\]]*$")
_LONE_I = re.compile(r"\bi(?='|\b)")
_SPACED = re.compile(r"\s+([.,!?;:…])(?=\s|$)")
_DOTS = re.compile(r"\s+(\.{2,})")


@dataclass(frozen=True)
class Said:
    """One sentence with its seconds and speaker."""

    text: str
    start: float
    end: float
    speaker: str


@dataclass(frozen=True)
class Talk:
    """Some consecutive sentences of one speaker."""

    text: str
    start: float
    end: float
    speaker: str


def paced(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues with times inside long turns estimated from their share of the words, and missing ends from the pace of speech."""
    found: list[Cue] = []
    for index, cue in enumerate(cues):
        words = len(cue.text.split())
        if cue.end <= cue.start:
            following = next((c.start for c in cues[index + 1 : index + 2] if c.start > cue.start), 0.0)
            pace = number("reading", "transcript.pausing_words_per_second" if following else "transcript.words_per_second")
            cue = replace(cue, end=round(min(cue.start + words / pace, following or float("inf")), 3))
        long = cue.end - cue.start > number("reading", "transcript.long_turn_seconds")
        found.extend(_divided(cue) if long else [cue])
    return found


def _divided(cue: Cue) -> Iterator[Cue]:
    parts = sentences(cue.text)
    whole = sum(map(len, parts)) or 1
    done = 0
    for part in parts:
        begin = cue.start + (cue.end - cue.start) * done / whole
        done += len(part)
        yield Cue(round(begin, 3), round(cue.start + (cue.end - cue.start) * done / whole, 3), (part,), cue.speaker)


def _runs(cues: Iterable[Cue]) -> list[list[Cue]]:
    """Return the cues grouped by speaker, in order."""
    runs: list[list[Cue]] = []
    for cue in cues:
        if runs and runs[-1][-1].speaker == cue.speaker:
            runs[-1].append(cue)
        else:
            runs.append([cue])
    return runs


def _without_interjections(runs: list[list[Cue]]) -> tuple[list[list[Cue]], int]:
    """Return the runs with short back-channels out and the talk around them joined, and how many were left out."""
    most, kept, dropped = number("reading", "passage.interjection_words"), list[list[Cue]](), 0
    for index, run in enumerate(runs):
        before = kept[-1][-1].speaker if kept else None
        after = runs[index + 1][0].speaker if index + 1 < len(runs) else None
        if before is not None and before == after and sum(len(c.text.split()) for c in run) <= most:
            dropped += 1
        elif kept and before == run[0].speaker:
            kept[-1].extend(run)
        else:
            kept.append(list(run))
    return kept, dropped


def said(run: Sequence[Cue]) -> list[Said]:
    """Return the sentences of one speaker's run; where the recogniser wrote no full stops, they are restored."""
    words = sum(len(c.text.split()) for c in run)
    stops = sum(len(_STOP.findall(c.text)) for c in run)
    if words > number("reading", "transcript.words_per_stop") * stops:
        return _restored(run)
    text, starts = "", list[int]()
    for cue in run:
        starts.append(len(text))
        text += _spaced(cue.text) + " "
    found: list[Said] = []
    at = 0
    for sentence in sentences(text):
        begin = text.find(sentence[:20], at)
        begin = begin if begin >= 0 else at
        first = max(bisect_right(starts, begin) - 1, 0)
        at = begin + len(sentence)
        last = max(bisect_right(starts, at - 1) - 1, first)
        found.append(Said(sentence, run[first].start, run[min(last, len(run) - 1)].end, run[0].speaker))
    return found


def _spaced(text: str) -> str:
    """Return a text without blanks before its punctuation marks."""
    return _SPACED.sub(r"\1", _DOTS.sub(r"\1", text))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(table("reading")["transcript"][name])


def _restored(run: Sequence[Cue]) -> list[Said]:
    """Return unpunctuated speech as sentences: the cuts that together cost least.

    A cut is cheap at a pause or before a word that opens clauses, dear after one that waits for more (`the`, `of`) or before one that
    continues; a sentence is cheap at the usual length. Solved exactly by dynamic programming over the words.
    """
    words = [(word, cue) for cue in run for word in _spaced(cue.text).split()]
    if not words:
        return []
    most = int(number("reading", "transcript.run_on_words"))
    cuts = [_cut(words, at) for at in range(len(words) + 1)]
    best, back = [0.0], [0]
    for at in range(1, len(words) + 1):
        options = ((best[start] + cuts[at] + _length(at - start), start) for start in range(max(0, at - most), at))
        cost, start = min(options)
        best.append(cost)
        back.append(start)
    found: list[Said] = []
    at = len(words)
    while at:
        span = words[back[at] : at]
        found.append(Said(_sentence(" ".join(word for word, _ in span)), span[0][1].start, span[-1][1].end, run[0].speaker))
        at = back[at]
    return found[::-1]


def _cut(words: Sequence[tuple[str, Cue]], at: int) -> float:
    """Return the cost of ending a sentence before word `at`; the end of the run costs nothing."""
    if at in (0, len(words)):
        return 0.0
    (word, cue), (following, later) = words[at - 1], words[at]
    if _ENDS.search(word) or later.start - cue.end >= number("reading", "transcript.sentence_gap_seconds"):
        return -number("reading", "restoring.pause")
    cost = number("reading", "restoring.cut")
    cost += number("reading", "restoring.waiting") * (word.lower().rstrip(",;:") in _words("waiting_words"))
    cost += number("reading", "restoring.waiting") * (following.lower() in _words("continuing_words"))
    cost -= number("reading", "restoring.opening") * _opens(words, at)
    return cost - number("reading", "restoring.line_end") * (cue is not later)


def _opens(words: Sequence[tuple[str, Cue]], at: int) -> bool:
    """Return whether word `at` opens a sentence, alone or with the word after it (`and i`, `but it's`)."""
    word = words[at][0].lower()
    if word in _words("joining_words") and at + 1 < len(words):
        word = words[at + 1][0].lower()
    return word in _words("opening_words")


def _length(words: int) -> float:
    usual = number("reading", "restoring.usual_words")
    return ((words - usual) / usual) ** 2


def _sentence(text: str) -> str:
    text = _LONE_I.sub("I", text[:1].upper() + text[1:])
    return text if _ENDS.search(text) else text.rstrip(" ,;:-") + "."


def talks(cues: Sequence[Cue]) -> Iterator[Talk | int]:
    """Yield passages of 60 to 180 words of one speaker; last the number of interjections that were left out."""
    least, target = number("reading", "passage.min_words"), number("reading", "passage.target_words")
    most = number("reading", "passage.max_words")
    runs, dropped = _without_interjections(_runs(cues))
    for run in runs:
        held: list[list[Said]] = [[]]
        words = 0
        for item in said(run):
            count = len(item.text.split())
            if held[-1] and (words >= target or (words >= least and words + count > most)):
                held.append([])
                words = 0
            held[-1].append(item)
            words += count
        if len(held) > 1 and words < least and words + _count(held[-2]) <= most + least:
            tail = held.pop()
            held[-1].extend(tail)
        yield from (_talk(group) for group in held if group)
    yield dropped


def _count(group: Sequence[Said]) -> int:
    return sum(len(item.text.split()) for item in group)


def _talk(group: Sequence[Said]) -> Talk:
    return Talk(" ".join(item.text for item in group), group[0].start, max(item.end for item in group), group[0].speaker)
