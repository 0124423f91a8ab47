"""WebVTT, SubRip, SubViewer and SubStation files to cues.

Lives here: blocks, times, tags, voices. Must not live here: rolling captions and speakers' names in the text (cues).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from empathy_assets.engines.reading.cues import Cue, plain_line
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.policy.load import number

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,6}))?"
_TIMING = re.compile(rf"^\s*{_TIME}\s*(?:-{{1,2}}>|[–—]>|→)\s*{_TIME}")
_PAIR = re.compile(r"^\s*(\d{1,3}):(\d{2}):(\d{2})\.(\d{1,3})\s*,\s*(\d{1,3}):(\d{2}):(\d{2})\.(\d{1,3})\s*$")
_VOICE = re.compile(r"<v(?:\.[\w.-]+)?\s+([^>]{1,80})>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|</>|<\d[\d:.]{3,12}>|\{\\[^{}]{0,400}\}|\{/?[A-Za-z]\}|\{[A-Za-z]:[^{}]{1,30}\}")
_HEADER = re.compile(r"^\ufeff?WEBVTT(?:[ \t\n]|$)")
_SCRIPT = re.compile(r"^\ufeff?\s*\[Script Info\]|^Dialogue:\s*[^,\n]*,\s*\d+:\d\d:\d\d[.:]\d+,", re.MULTILINE | re.IGNORECASE)
_BREAK = re.compile(r"\[br\]|\|(?=\S)|\\N|\\n", re.IGNORECASE)
_SCRIPT_FIELDS = 10  # of a Dialogue line, the text last and free to hold commas


def seconds(hours: str | None, minutes: str, secs: str, fraction: str | None) -> float:
    """Return a cue time in seconds."""
    return round(int(hours or 0) * 3600 + int(minutes) * 60 + int(secs) + int(fraction or 0) / 10 ** len(fraction or "0"), 3)


def is_vtt(text: str) -> bool:
    """Return whether a text opens with the WebVTT signature."""
    return bool(_HEADER.match(text))


def is_script(text: str) -> bool:
    """Return whether a text is a SubStation script."""
    return bool(_SCRIPT.search(text[:65536]))


def _timing(line: str) -> tuple[float, float] | None:
    match = _TIMING.match(line) or _PAIR.match(line)
    return (seconds(*match.groups()[:4]), seconds(*match.groups()[4:8])) if match else None


def looks_timed(text: str) -> bool:
    """Return whether any of the first lines is a cue timing."""
    return any(_timing(line) for line in text.split("\n", 60)[:60])


def script(text: str) -> list[Cue]:
    """Return the cues of a SubStation script; its name column is the speaker."""
    found: list[Cue] = []
    for line in text.split("\n"):
        if not line.lower().startswith("dialogue:"):
            continue
        fields = line.partition(":")[2].split(",", _SCRIPT_FIELDS - 1)
        timing = _timing(f"{fields[1]} --> {fields[2]}") if len(fields) == _SCRIPT_FIELDS else None
        if timing and not re.search(r"\{[^{}]*\\p[1-9]", fields[9]):  # \p draws shapes
            found.extend(_shown(*timing, fields[9].split("\n"), fields[4].strip()))
    return sorted(found, key=lambda cue: cue.start)


def parse(text: str) -> tuple[list[Cue], list[ReadError]]:
    """Return the cues of a WebVTT, SubRip or SubViewer text, and the lines that belong to none."""
    vtt = is_vtt(text)
    cues: list[Cue] = []
    problems: list[ReadError] = []
    for number_, lines in _blocks(text):
        timed = next((i for i, line in enumerate(lines) if _timing(line)), -1)
        if timed >= 0:
            cues.extend(_cues(lines[timed:]))
            above = " ".join(lines[:timed])
            if not above.startswith("WEBVTT") and len(above.split()) > number("reading", "transcript.identifier_words"):
                problems.append(ReadError("lost-line", f"above a cue time, where its name stands: {above[:60]!r}", f"line {number_}"))
        elif not _header(lines, bool(cues)):
            problem = _stray(lines, vtt, cues)
            if problem:
                problems.append(ReadError(*problem, f"line {number_}"))
    return cues, problems


def _header(lines: list[str], started: bool) -> bool:
    """Return whether a block is a header, a comment, a style, or the bare number of an empty cue."""
    head = lines[0].strip()
    if head.startswith(("WEBVTT", "NOTE", "STYLE", "REGION", "X-TIMESTAMP-MAP")) or (not started and (":" in head or head.startswith("["))):
        return True
    return not any(line.strip() and not line.strip().isdigit() for line in lines)


def _stray(lines: list[str], vtt: bool, cues: list[Cue]) -> tuple[str, str] | None:
    """Return what is wrong with lines under no timing, or None where they go on with the cue before, as in SubRip after an empty line."""
    if len(lines) > 1 and lines[0].strip().isdigit():
        return "bad-cue", f"no `start --> end` line above {lines[-1][:60]!r}"
    if vtt or not cues:
        return "lost-line", f"under no cue time: {lines[0][:60]!r}"
    more = tuple(text for line in lines if (text := plain_line(_TAG.sub("", line))))
    cues[-1] = Cue(cues[-1].start, cues[-1].end, cues[-1].lines + more, cues[-1].speaker)
    return None


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line number, lines) of each run of lines that are not empty; lines of blanks only belong to the run."""
    block: list[str] = []
    begin = 1
    for index, line in enumerate(text.split("\n"), start=1):
        if line:
            if not block:
                begin = index
            block.append(line)
        elif block:
            yield begin, block
            block = []
    if block:
        yield begin, block


def _cues(lines: list[str]) -> Iterator[Cue]:
    """Yield the cues of a block; old converters leave the empty line between two cues out."""
    start = end = 0.0
    shown: list[str] = []
    opened = False
    for index, line in enumerate(lines):
        timing = _timing(line)
        if timing is None:
            followed = index + 1 < len(lines) and _timing(lines[index + 1])
            if not (followed and line.strip().isdigit()):
                shown.append(line)
            continue
        if opened:
            yield from _shown(start, end, shown)
        (start, end), shown, opened = timing, [], True
    if opened:
        yield from _shown(start, end, shown)


def _shown(start: float, end: float, lines: list[str], speaker: str = "") -> Iterator[Cue]:
    """Yield what one timing shows: one cue, or one for each voice."""
    parts = _VOICE.split(_BREAK.sub("\n", "\n".join(lines)))
    voiced = [(speaker, parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    for name, said in voiced:
        words = tuple(text for line in _TAG.sub("", said).split("\n") if (text := plain_line(line)))
        if words or len(voiced) == 1:
            yield Cue(start, max(end, start), words, name.strip())
