"""WebVTT and SubRip files to cues.

Lives here: blocks, times, tags. Must not live here: rolling captions and speakers (cues).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from empathy_assets.engines.reading.cues import Cue, plain_line
from empathy_assets.engines.reading.result import ReadError

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}")
_VOICE = re.compile(r"<v(?:\.[\w.-]+)?\s+([^>]{1,80})>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:c|v|i|b|u|lang|ruby|rt|font|s)(?:[.\s][^<>]{0,200})?>|<\d[\d:.]{3,12}>|\{\\[^{}]{1,60}\}|\{[biu]\}", re.IGNORECASE
)
_HEADER = re.compile(r"^\ufeff?WEBVTT(?:[ \t\n]|$)")


def seconds(hours: str | None, minutes: str, secs: str, fraction: str) -> float:
    """Return a cue time in seconds."""
    return round(int(hours or 0) * 3600 + int(minutes) * 60 + int(secs) + int(fraction) / 10 ** len(fraction), 3)


def is_vtt(text: str) -> bool:
    """Return whether a text opens with the WebVTT signature."""
    return bool(_HEADER.match(text))


def looks_timed(text: str) -> bool:
    """Return whether any of the first lines is a cue timing."""
    return any(_TIMING.match(line) for line in text.split("\n", 60)[:60])


def parse(text: str) -> tuple[list[Cue], list[ReadError]]:
    """Return the cues of a WebVTT or SubRip text, and the blocks that are none."""
    cues: list[Cue] = []
    problems: list[ReadError] = []
    for number_, lines in _blocks(text):
        timed = next((i for i, line in enumerate(lines) if _TIMING.match(line)), -1)
        if timed < 0:
            if _lost_cue(lines, bool(cues)):
                problems.append(ReadError("bad-cue", f"no `start --> end` line above {lines[-1][:60]!r}", f"line {number_}"))
            continue
        cues.extend(_cues(lines[timed:]))
    return cues, problems


def _lost_cue(lines: list[str], started: bool) -> bool:
    head = lines[0].strip()
    if head.startswith(("WEBVTT", "NOTE", "STYLE", "REGION")) or (not started and ":" in head):
        return False
    return len(lines) > 1 and head.isdigit()


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
        match = _TIMING.match(line)
        if match is None:
            followed = index + 1 < len(lines) and _TIMING.match(lines[index + 1])
            if not (followed and line.strip().isdigit()):
                shown.append(line)
            continue
        if opened:
            yield _cue(start, end, shown)
        start, end = seconds(*match.groups()[:4]), seconds(*match.groups()[4:8])
        shown, opened = [], True
    if opened:
        yield _cue(start, end, shown)


def _cue(start: float, end: float, shown: list[str]) -> Cue:
    voice = next((m[1] for line in shown if (m := _VOICE.search(line))), "")
    lines = tuple(text for line in shown if (text := plain_line(_TAG.sub("", line))))
    return Cue(start, max(end, start), lines, voice.strip())
