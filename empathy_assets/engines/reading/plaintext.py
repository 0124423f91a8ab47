"""Plain-text transcripts: paragraphs with or without times and names, as services export them and people type them.

Lives here: times and names at the heads of lines, Markdown and HTML around them. Must not live here: `Name:` prefixes (cues).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from empathy_assets.engines.reading.cues import Cue, plain_line
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.subtitles import seconds
from empathy_assets.engines.reading.text import strip_html
from empathy_assets.policy.load import number

_TIME = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_SPAN = rf"{_TIME}(?:\s*(?:-->|[-–—]|to)\s*(?:\d{{1,2}}:)?\d{{1,2}}:\d{{2}}(?:[.,]\d{{1,3}})?)?"
_HEAD = re.compile(rf"^\s*(?:[\[(]\s*{_SPAN}\s*[\])]|{_SPAN}(?=\s|$|[-–:]))\s*[-–—:|]?\s*(?P<rest>.*)$")
_INLINE = re.compile(rf"[\[(]{_TIME}[\])]")
_TAIL = re.compile(
    r"^(?P<name>[^\d:\[\](]{1,40}?(?:\s?\d{1,2})?)\s*[-–|,]?\s*"
    rf"(?:[\[(]\s*{_TIME}\s*[\])]|{_TIME})\s*:?\s*(?P<rest>.*)$"
)
_NAME = re.compile(
    r"^(?!\w+[.!?]$)[^\W\d_a-z][\w.'’-]*(?:,? (?:[^\W_a-z][\w.'’-]*|&|van|von|de|der|den|del|la|le|da|di|of|the|and)){0,4}(?<![a-z]{3}\.)$"
)
_FRONT = re.compile(r"^\ufeff?---[ \t]*\n.*?\n---[ \t]*\n", re.DOTALL)
_EMPHASIS = re.compile(r"\*\*|__|(?<!\S)[*_](?=\S)|(?<=\S)[*_](?=[\s:.,]|$)")
_ESCAPE = re.compile(r"\\([\[\]()*_.#!-])")
_SPELLED = re.compile(r"^(?:\d{1,2} hours?,? ?)?(?:\d{1,2} minutes?,? ?)?(?:\d{1,2} seconds?)(?![ ,]* \w+ (?:ago|later))[ ,]*")
_PLAYER = re.compile(
    r"^(?:WEBVTT\s+)?Kind:\s*captions\s+Language:\s*[\w-]+\s*|^(?:Transcript|Search in video|Search transcript)\s*\n", re.MULTILINE
)
_CITE = re.compile(r"<cite(?: [^<>]{0,200})?>([^<>]{1,80}?)[\s:]*</cite>", re.IGNORECASE)
_WHEN = re.compile(r"<time(?: [^<>]{0,200})?>\s?([^<>]{1,40}?)\s?</time>", re.IGNORECASE)


@dataclass
class _Line:
    """One line on its way: what was said, when (None if the line does not say), by whom."""

    words: str
    at: float | None = None
    speaker: str = ""


def is_timed(text: str) -> bool:
    """Return whether the lines of a text carry times as a transcript's do: at least three, and one line in ten that holds words."""
    lines = [line for raw in text.split("\n")[:400] if (line := _bare(raw).strip())]
    timed = sum(bool(_HEAD.match(line) or _tail(line)) for line in lines)
    return timed >= number("reading", "transcript.timed_lines") and timed * 10 >= len(lines)


def is_html(text: str) -> bool:
    """Return whether markup is a page that could hold a transcript."""
    return bool(re.search(r"<(?:cite|p|html|body|time)\b", text[:4096], re.IGNORECASE))


def html(text: str) -> tuple[list[Cue], str]:
    """Return the cues of an HTML transcript: speakers in `<cite>`, times in `<time>`, talk in paragraphs; see `plain`."""
    flat = _WHEN.sub(r"\n[\1] ", _CITE.sub(r"\n\1:\n", " ".join(text.split())))
    joined: list[str] = []
    for line in strip_html(flat).split("\n"):
        words = " ".join(line.split())
        if joined and (joined[-1].endswith(":") or (_HEAD.match(joined[-1]) and not _split(joined[-1])[-1].words)):
            joined[-1] = f"{joined[-1]} {words}".strip()
        elif words:
            joined.append(words)
    return plain("\n".join(joined))


def plain(text: str) -> tuple[list[Cue], str]:
    """Return the lines of a plain-text transcript as cues, and what their times count.

    `second` where lines carry times: a line without one gets its place by its words between the times around it. `paragraph` where no
    line does: start and end are then the line's number among those that hold words.

    Raises:
        ReadError: `unknown-kind` for binary content.
    """
    if "\x00" in text[:4096]:
        raise ReadError("unknown-kind", "binary content, expected captions, JSON or plain text")
    lines = [
        line for raw in _PLAYER.sub("", _FRONT.sub("", text)).split("\n") if not raw.lstrip().startswith("#") for line in _split(_bare(raw))
    ]
    lines = _forward(_with_names(lines))
    if not any(line.at is not None for line in lines):
        return [Cue(float(n), float(n), (line.words,), line.speaker) for n, line in enumerate(lines, start=1)], "paragraph"
    starts = _timed(lines)
    ends = [*starts[1:], starts[-1]]
    return [Cue(s, max(e, s), (x.words,), x.speaker) for x, s, e in zip(lines, starts, ends, strict=True)], "second"


def _forward(lines: Iterator[_Line]) -> list[_Line]:
    """Return the lines without the times that go back: these are mentioned, not when a line was said."""
    found: list[_Line] = []
    last = 0.0
    for line in lines:
        back = line.at is not None and line.at < last
        last = last if line.at is None else max(last, line.at)
        found.append(_Line(line.words, None, line.speaker) if back else line)
    return found


def _bare(line: str) -> str:
    """Return a line without Markdown emphasis, escapes, quote marks and runs of blanks, on which the patterns below would take long."""
    if "\\" in line:
        line = _ESCAPE.sub(r"\1", line)
    if "*" in line or "_" in line:
        line = _EMPHASIS.sub("", line)
    return " ".join(line.lstrip("> ").split())


def _clock(groups: Sequence[str | None]) -> float:
    """Return the first time among the groups of a match, four to a time."""
    for i in range(0, len(groups) - 3, 4):
        if groups[i + 1] is not None:
            return seconds(groups[i], groups[i + 1] or "0", groups[i + 2] or "0", groups[i + 3])
    return 0.0


def _tail(line: str) -> re.Match[str] | None:
    """Return the parts of a line that opens with a name and a time, as `Ann Lee  0:12` and `Speaker 1 (00:12): Hello`."""
    tail = _TAIL.match(line)
    return tail if tail and _NAME.match(tail["name"].strip()) else None


def _split(line: str) -> list[_Line]:
    """Return a line with its time read off, divided at the times inside it."""
    head = _HEAD.match(line)
    if _tail(line):
        return [_Line(line.strip())]
    if head:
        at: float | None = _clock(head.groups()[:-1])
        line = _SPELLED.sub("", head["rest"])
    else:
        at = None
    found: list[_Line] = []
    done = 0
    for inside in _INLINE.finditer(line):
        if inside.start() > done and (words := line[done : inside.start()].strip()):
            found.append(_Line(words, at))
        at, done = _clock(inside.groups()), inside.end()
    found.append(_Line(line[done:].strip(), at))
    return found


def _with_names(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Yield the lines that hold words; names that stand alone on a line beside a time become the speaker of what follows.

    A spelled-out time (`4 seconds`), which players add under a time, is no speech.
    """
    parsed = [_header(line) for line in lines]
    names = Counter(name for name, _ in parsed if name)
    now: float | None = None
    speaker = ""
    for line, (name, rest) in zip(lines, parsed, strict=True):
        if name and (names[name] > 1 or len(names) > 1):
            speaker, now, words = name, rest.at, rest.words
        else:
            words = line.words
            now = line.at if line.at is not None else now
        if now is not None and (spelled := _SPELLED.match(words)) and spelled.end() == len(words):
            continue
        text = plain_line(words)
        if text:
            yield _Line(text, now, speaker)
            now = None


def _header(line: _Line) -> tuple[str, _Line]:
    """Return the name on a line of name and time, and what else it holds; no name if it is no such line."""
    if line.at is not None:
        named = _NAME.match(line.words.rstrip(":")) if line.words else None
        return (line.words.rstrip(":"), _Line("", line.at)) if named else ("", line)
    tail = _tail(line.words)
    if tail is None:
        return "", line
    return tail["name"].strip(), _Line(tail["rest"], _clock(tail.groups()[1:-1]))


def _timed(lines: Sequence[_Line]) -> list[float]:
    """Return a start for every line: its own, else by its share of the words between the times around it."""
    done = [0]
    for line in lines:
        done.append(done[-1] + len(line.words.split()))
    known = [(done[i], line.at) for i, line in enumerate(lines) if line.at is not None]
    known = [(0, 0.0), *known] if known[0][0] > 0 else known
    pace = number("reading", "transcript.words_per_second")
    starts: list[float] = []
    place = 0
    for index in range(len(lines)):
        while place + 1 < len(known) and known[place + 1][0] <= done[index]:
            place += 1
        words, at = known[place]
        begin = at + (done[index] - words) / pace
        if place + 1 < len(known) and begin > at:
            further, then = known[place + 1]
            begin = at + max(then - at, 0.0) * (done[index] - words) / (further - words)
        starts.append(round(begin, 3))
    return starts
