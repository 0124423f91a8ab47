"""Output of speech recognisers and diarisers in JSON: Whisper, Vosk, podcast-namespace, lists of speaker turns.

Lives here: these shapes and the loops decoders fall into. Must not live here: YouTube's formats (timedtext).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from empathy_assets.engines.reading.cues import Cue, plain_line
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.policy.load import number

_LISTS = (
    "segments",
    "utterances",
    "results",
    "monologues",
    "transcript",
    "transcription",
    "chunks",
    "result",
    "items",
    "data",
    "cues",
    "turns",
)
_START = ("start", "startTime", "start_time", "begin", "time", "from", "offset", "ts", "timestamp")
_END = ("end", "endTime", "end_time", "to", "stop")
_TEXT = ("text", "content", "body", "message", "transcript", "utterance", "sentence", "line", "value", "word")
_SPEAKER = ("speaker", "speaker_label", "speakerName", "speaker_name", "name", "role")
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)$")
_GRAM = 4
_LOOP_WORDS = 24  # fewer words hold too few sequences for their repetition to mean anything
_MS_LIKELY = 100_000  # a start this large in whole numbers counts milliseconds


def cues(document: Any) -> tuple[list[Cue], list[ReadError]]:
    """Return the cues of a recogniser's document and the spans that were dropped.

    Raises:
        ReadError: `unknown-shape` if no list of timed text is found, `repetition-loop` if the whole is one loop.
    """
    items = _items(document, 0)
    if not items:
        raise ReadError("unknown-shape", "no list of segments with text and times was found")
    problems: list[ReadError] = []
    found: list[Cue] = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            problems.append(ReadError("wrong-type", f"the segment is a {type(item).__name__}, expected an object", f"segment {index}"))
            continue
        cue = _cue(item)
        if cue is None or _silent(item):
            continue
        found.append(cue)
    whole = " ".join(c.text for c in found)
    if loops(whole):
        raise ReadError("repetition-loop", f"under half of its four-word sequences are distinct, e.g. {whole[:80]!r}")
    kept, looped = _without_loops(found)
    return _seconds(kept), [*problems, *looped]


def _items(document: Any, depth: int) -> list[Any]:
    if isinstance(document, list):
        usable = [x for x in document if isinstance(x, dict) and _text(x)]
        return document if usable else []
    if not isinstance(document, dict) or depth > 2:
        return []
    for key in _LISTS:
        inner = document.get(key)
        found = _items(inner, depth + 1) if isinstance(inner, list | dict) else []
        if found:
            return found
    text = document.get("text")
    return [{"text": text, "start": 0.0}] if isinstance(text, str) and text.strip() else []


def _text(item: Mapping[str, Any]) -> str:
    for name in _TEXT:
        value = item.get(name)
        if isinstance(value, str):
            return value
    alternatives = item.get("alternatives")
    if isinstance(alternatives, list) and alternatives and isinstance(alternatives[0], dict):
        return _text(alternatives[0])
    words = item.get("words") or item.get("elements")
    if isinstance(words, list):
        return " ".join(_text(w) for w in words if isinstance(w, dict))
    return ""


def _cue(item: Mapping[str, Any]) -> Cue | None:
    text = plain_line(_text(item))
    if not text:
        return None
    start = next((t for name in _START if (t := _time(item.get(name))) is not None), None)
    end = next((t for name in _END if (t := _time(item.get(name))) is not None), None)
    for name in ("timestamp", "timestamps", "offsets"):
        span = item.get(name)
        if isinstance(span, dict):
            span = [span.get("from"), span.get("to")]
        if isinstance(span, list) and len(span) == 2 and start is None:
            start, end = _time(span[0]), _time(span[1])
    speaker = next((str(item[n]) for n in _SPEAKER if isinstance(item.get(n), str | int)), "")
    begin = max(start or 0.0, 0.0)
    return Cue(begin, max(end if end is not None else begin, begin), (text,), speaker.strip())


def _time(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if value == value and abs(value) != float("inf") else None
    match = _CLOCK.match(value.strip()) if isinstance(value, str) else None
    if match:
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", "."))
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _seconds(found: list[Cue]) -> list[Cue]:
    """Return the cues in seconds and closed: a missing end is the next cue's start."""
    scale = 1000.0 if found and found[-1].start > _MS_LIKELY and all(c.start == int(c.start) for c in found) else 1.0
    closed: list[Cue] = []
    for index, cue in enumerate(found):
        following = found[index + 1].start if index + 1 < len(found) else cue.end
        end = cue.end if cue.end > cue.start else max(following, cue.start)
        closed.append(Cue(round(cue.start / scale, 3), round(end / scale, 3), cue.lines, cue.speaker))
    return closed


def _silent(item: Mapping[str, Any]) -> bool:
    """Return whether the recogniser itself says that nobody spoke."""
    probability = item.get("no_speech_prob")
    return isinstance(probability, int | float) and probability >= number("reading", "transcript.no_speech_prob")


def loops(text: str) -> bool:
    """Return whether a text repeats itself so much that a decoder must have been caught in a loop."""
    words = text.lower().split()
    if len(words) < _LOOP_WORDS:
        return False
    grams = [tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1)]
    return len(set(grams)) < number("reading", "transcript.loop_distinct_share") * len(grams)


def _without_loops(found: Sequence[Cue]) -> tuple[list[Cue], list[ReadError]]:
    """Return the cues with segments that repeat one before three times or more, or loop inside themselves, dropped."""
    least = int(number("reading", "transcript.loop_repeats"))
    kept: list[Cue] = []
    problems: list[ReadError] = []
    index = 0
    while index < len(found):
        stop = index
        while stop < len(found) and found[stop].text.lower() == found[index].text.lower():
            stop += 1
        count = stop - index
        if loops(found[index].text) or (count >= least and len(found[index].text.split()) > 1):
            span = f"{found[index].start:.1f}-{found[stop - 1].end:.1f} s"
            problems.append(ReadError("whisper-loop", f"{count} times {found[index].text[:60]!r}", span))
        else:
            kept.extend(found[index:stop])
        index = stop
    return kept, problems
