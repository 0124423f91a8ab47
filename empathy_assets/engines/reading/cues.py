"""Cues: timed pieces of speech from any caption or recogniser format, de-rolled, joined to sentences and passages.

Lives here: what happens after a format is parsed. Must not live here: the formats (subtitles, timedtext, recognised).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from empathy_assets.engines.reading.passages import sentences
from empathy_assets.engines.reading.text import one_line
from empathy_assets.policy.load import number, table

_PREFIX = re.compile(
    r"^(?:>>+\s*)?(?:\[(?P<a>[^\[\]:]{1,40})\]\s*:|\((?P<c>[A-Z][^():]{0,39})\)\s*:"
    r"|(?P<b>[A-Z][\w.'’-]*(?: [A-Z0-9][\w.'’-]*){0,3}|SPEAKER_\d+|[A-Z][A-Z .]{1,30})\s*:)\s+(?P<text>.*)$",
    re.DOTALL,
)
_STOP = re.compile(r"[.!?…][\"'”’)\]]*(?:\s|$)")
_LONE_I = re.compile(r"\bi(?='|\b)")


@dataclass(frozen=True)
class Cue:
    """Something said between `start` and `end` seconds; `lines` as shown, `speaker` empty if unnamed."""

    start: float
    end: float
    lines: tuple[str, ...]
    speaker: str = ""

    @property
    def text(self) -> str:
        """The cue on one line."""
        return " ".join(self.lines)


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


@cache
def _sound_marks() -> re.Pattern[str]:
    marks: list[str] = table("reading")["rolling"]["sound_marks"]
    return re.compile("|".join(map(re.escape, sorted(marks, key=len, reverse=True))), re.IGNORECASE)


def plain_line(line: str) -> str:
    """Return a caption line as words: entities, tags and sound marks out."""
    return " ".join(_sound_marks().sub(" ", one_line(line)).split())


def is_rolling(cues: Sequence[Cue]) -> bool:
    """Return whether the cues show each line again in the next one, as automatic captions do."""
    pairs = [(a, b) for a, b in pairwise(cues) if a.lines and b.lines]
    repeats = sum(b.lines[0] == a.lines[-1] or b.lines[0] in a.lines for a, b in pairs)
    return len(pairs) > 2 and repeats >= number("reading", "transcript.rolling_share") * len(pairs)


def deroll(cues: Sequence[Cue]) -> list[Cue]:
    """Return rolling captions with every line once, at the time it first appeared.

    A line equal to the last one shown is its repetition; a line that continues the last one replaces it (word-by-word build-up).
    """
    found: list[Cue] = []
    shown: list[str] = []
    for cue in cues:
        fresh = False
        for line in cue.lines:
            if (shown and line == shown[-1]) or (not fresh and line in shown[-2:]):
                continue
            if shown and line.startswith(shown[-1] + " "):
                found[-1] = replace(found[-1], lines=(line,), end=cue.end)
                shown[-1] = line
            else:
                found.append(Cue(cue.start, cue.end, (line,), cue.speaker))
                shown.append(line)
            fresh = True
        shown = shown[-2:]
    return found


def with_speakers(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues with `Name:` prefixes moved to the speaker; a name holds until the next one."""
    cues = list(cues)
    matches = [_PREFIX.match(cue.text) for cue in cues]
    names = [next(filter(None, m.group("a", "b", "c"))) if m else "" for m in matches]
    once = {name for name in names if name and names.count(name) == 1 and not re.search(r"speaker", name, re.IGNORECASE)}
    if not any(name and name not in once for name in names) and len(once) != sum(map(bool, names)):
        return cues
    if len(once) == sum(map(bool, names)) and not (names and names[0] and len(once) > 1):
        return cues
    found: list[Cue] = []
    current = ""
    for cue, match, name in zip(cues, matches, names, strict=True):
        if match and name:
            current = name.strip()
            found.append(replace(cue, lines=(match["text"],), speaker=cue.speaker or current))
        else:
            found.append(replace(cue, speaker=cue.speaker or current))
    return found


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
    """Return the sentences of one speaker's run; where the recogniser wrote no full stops, pauses and length make them."""
    words = sum(len(c.text.split()) for c in run)
    stops = sum(len(_STOP.findall(c.text)) for c in run)
    if words > number("reading", "transcript.words_per_stop") * stops:
        return _restored(run)
    text, starts = "", list[int]()
    for cue in run:
        starts.append(len(text))
        text += cue.text + " "
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


def _restored(run: Sequence[Cue]) -> list[Said]:
    gap, most = number("reading", "transcript.sentence_gap_seconds"), number("reading", "transcript.run_on_words")
    groups: list[list[Cue]] = []
    for cue in run:
        full = groups and sum(len(c.text.split()) for c in groups[-1]) + len(cue.text.split()) > most
        if not groups or full or cue.start - groups[-1][-1].end >= gap or _STOP.search(groups[-1][-1].text + " "):
            groups.append([cue])
        else:
            groups[-1].append(cue)
    return [Said(_sentence(" ".join(c.text for c in g)), g[0].start, g[-1].end, g[0].speaker) for g in groups]


def _sentence(text: str) -> str:
    text = _LONE_I.sub("I", text[:1].upper() + text[1:])
    return text if _STOP.search(text[-3:] + " ") else text.rstrip(" ,;:-") + "."


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
        if len(held) > 1 and words < least and words + _words(held[-2]) <= most + least:
            tail = held.pop()
            held[-1].extend(tail)
        yield from (_talk(group) for group in held if group)
    yield dropped


def _words(group: Sequence[Said]) -> int:
    return sum(len(item.text.split()) for item in group)


def _talk(group: Sequence[Said]) -> Talk:
    return Talk(" ".join(item.text for item in group), group[0].start, max(item.end for item in group), group[0].speaker)
