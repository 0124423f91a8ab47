"""Cues: timed pieces of speech from any caption or recogniser format, cleaned of marks, de-rolled, with their speakers named.

Lives here: what happens to cues after a format is parsed. Must not live here: the formats (subtitles, timedtext, recognised, plaintext),
sentences and passages (speech).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from empathy_assets.engines.reading.text import one_line
from empathy_assets.policy.load import number, table

_CAPITAL = "A-ZÀ-ÖØ-ÞĀĆČĐĘĢĪĶĹŁŃŅŌŐŒŘŚŞŠŤŪŮŰŹŻŽ"
_PARTICLES = "van|von|de|der|den|del|la|le|da|di|of|the|and"
_PREFIX = re.compile(
    rf"^(?:\[(?P<a>[^\[\]:]{{1,40}})\]\s*:|\[(?P<e>[{_CAPITAL}][\w.'’-]*(?: [{_CAPITAL}][\w.'’-]*){{0,2}})\](?=\s)|"
    rf"\((?P<c>[{_CAPITAL}][^():]{{0,39}})\)\s*:|\[(?P<d>(?i:speaker)[ _]?\w{{1,3}})\]:?"
    rf"|(?P<b>[{_CAPITAL}][\w.'’-]*(?:,? (?:[{_CAPITAL}0-9&][\w.'’-]*|{_PARTICLES})){{0,5}}|(?i:speaker)[ _]?\w{{1,3}}"
    rf"|[{_CAPITAL}][{_CAPITAL} .]{{1,30}})(?:\s?\([^():]{{1,30}}\))?\s*:)(?:\s+|$)(?P<text>.*)$",
    re.DOTALL,
)
_MARK = re.compile(r"\[(?P<b>[^\[\]]{0,60})\](?!\s*:)|\((?P<p>[^()]{0,60})\)|\*(?P<s>[^*\s][^*]{0,40})\*|[♪♫♬]+")
_MARKED = re.compile(r"[\[(*♪♫♬<>]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_CLOCK = re.compile(r"\s*(?:\d{1,2}:\d{2}[\d:.,\s]*)?")
_TURN = re.compile(r"^\s*(?:[-–—]\s+|>>+\s*)|>>+")
_SPEAKER = re.compile(r"speaker", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


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


@cache
def _sounds() -> frozenset[str]:
    return frozenset(table("reading")["rolling"]["sound_words"])


def _unmarked(match: re.Match[str]) -> str:
    """Return a blank for a bracket that describes a sound or a time, and the bracket itself for one that holds speech."""
    inner = match["b"] if match["b"] is not None else match["p"] if match["p"] is not None else match["s"]
    if inner is None or _CLOCK.fullmatch(inner):
        return " "
    words = _WORD.findall(inner.lower())
    if not words:
        return " " if match["b"] is not None else match[0]
    if match["b"] is not None:
        return " " if not _sounds().isdisjoint(words) else match[0]
    short = len(words) <= number("reading", "rolling.sound_mark_words")
    return " " if short and (words[0] in _sounds() or words[-1] in _sounds()) else match[0]


def plain_line(line: str) -> str:
    """Return a caption line as words: entities, tags, sound marks, inline times and the marks of a new turn out."""
    text = one_line(line)
    if _MARKED.search(text):
        text = _MARK.sub(_unmarked, _TAG.sub(" ", text))
    return " ".join(_TURN.sub(" ", text).split())


def without_credits(cues: Iterable[Cue]) -> tuple[list[Cue], list[Cue]]:
    """Return the cues that were said, and those that name the makers of the captions."""
    opening = tuple(table("reading")["transcript"]["credits"])
    most = number("reading", "transcript.credit_words")
    said: list[Cue] = []
    credits_: list[Cue] = []
    for cue in cues:
        text = cue.text.lower().lstrip("([*- ")
        (credits_ if text.startswith(opening) and text.count(" ") < most else said).append(cue)
    return said, credits_


def unrolled(cues: Sequence[Cue]) -> list[Cue]:
    """Return captions that repeat what they showed before with every word once; others as they are."""
    if is_rolling(cues):
        return deroll(cues)
    return trimmed(cues) if _overlaps(cues) else list(cues)


def is_rolling(cues: Sequence[Cue]) -> bool:
    """Return whether the cues show each line again in the next one, as automatic captions do.

    A caption that stands three times or more in a row is no rolling one but a decoder's loop.
    """
    lines = [cue.lines for cue in cues if cue.lines]
    same = [False, *(a == b for a, b in pairwise(lines)), False]
    repeats = sum(
        (b[0] == a[-1] or b[0] in a) and not (same[i] and (same[i - 1] or same[i + 1])) for i, (a, b) in enumerate(pairwise(lines), start=1)
    )
    return len(lines) > 3 and repeats >= number("reading", "transcript.rolling_share") * (len(lines) - 1)


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


def _shared(before: Sequence[str], words: Sequence[str]) -> int:
    """Return how many words at the end of one caption are repeated at the start of the next."""
    most = min(len(before), len(words))
    return next((k for k in range(most, 0, -1) if before[-k:] == words[:k]), 0)


def _overlaps(cues: Sequence[Cue]) -> bool:
    """Return whether captions repeat the end of the one before on the same line, as scrolling ones that were flattened do."""
    split = [cue.text.split() for cue in cues if cue.lines]
    least = int(number("reading", "transcript.overlap_words"))
    repeats = sum(a != b and _shared(a, b) >= least for a, b in pairwise(split))
    return len(split) > 3 and repeats >= number("reading", "transcript.rolling_share") * (len(split) - 1)


def trimmed(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues without the words that the one before has already shown."""
    found: list[Cue] = []
    before: list[str] = []
    for cue in cues:
        words = cue.text.split()
        rest = words[_shared(before, words) :]
        if rest:
            found.append(replace(cue, lines=(" ".join(rest),)))
        before = words
    return found


@cache
def _no_names() -> frozenset[str]:
    return frozenset(table("reading")["transcript"]["no_names"])


def _named(line: str) -> tuple[str, str] | None:
    """Return the name at the head of a line and the rest of it, or None."""
    match = _PREFIX.match(line)
    if match is None:
        return None
    name = next(part for part in match.group("a", "b", "c", "d", "e") if part).strip()
    return None if name.lower() in _no_names() else (name, match["text"])


def _by_line(cues: Iterable[Cue]) -> Iterator[Cue]:
    """Yield the cues divided before each line that opens with a name: two speakers often share one caption."""
    for cue in cues:
        start = 0
        for index in range(1, len(cue.lines)):
            if _named(cue.lines[index]):
                yield replace(cue, lines=cue.lines[start:index])
                start = index
        yield replace(cue, lines=cue.lines[start:])


def with_speakers(cues: Iterable[Cue]) -> list[Cue]:
    """Return the cues with `Name:` prefixes moved to the speaker; a name holds until the next one.

    A colon is taken for a speaker's only where names recur, say `speaker`, are two in capitals, or open the talk and another turn.
    """
    cues = list(cues)
    parts = list(_by_line(cues))
    heads = [_named(part.text) for part in parts]
    counts = Counter(head[0] for head in heads if head)
    recurring = any(count > 1 or _SPEAKER.search(name) for name, count in counts.items()) or sum(map(str.isupper, counts)) > 1
    if not (recurring or (heads and heads[0] and len(counts) > 1)):
        return cues
    found: list[Cue] = []
    current = ""
    for part, head in zip(parts, heads, strict=True):
        if head:
            current = head[0]
            part = replace(part, lines=(head[1],) if head[1] else ())
        if part.lines:
            found.append(replace(part, speaker=part.speaker or current))
    return found
