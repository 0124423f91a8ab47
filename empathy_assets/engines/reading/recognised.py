"""Output of speech recognisers and diarisers in JSON: Whisper and its relatives, Vosk, cloud services, podcasts, lists of speaker turns.

Lives here: where segments and words lie in these documents, and the unit of their times. Must not live here: the shapes of single words
(words), YouTube's formats (timedtext), decoder loops (loops).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from empathy_assets.engines.reading.cues import Cue, plain_line
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.words import (
    DURATION,
    END,
    HESITATION,
    START,
    first_time,
    grouped,
    is_word_list,
    speaker_of,
    time_of,
    words_of,
)
from empathy_assets.policy.load import number

_LISTS = (
    "segments", "utterances", "monologues", "audio_segments", "items", "results", "transcript", "transcription", "chunks",
    "recognizedPhrases", "channels", "result", "data", "cues", "turns", "sentences", "entries", "captions", "snippets", "events",
    "words", "retval", "response", "output",
)  # fmt: skip
_TEXT = ("text", "content", "body", "message", "transcript", "utterance", "sentence", "line", "value", "display", "word")
_WORDS = ("words", "elements", "timestamps", "result", "tokens")
_SPANS = ("timestamp", "timestamps", "offsets")
_DEPTH = 4  # channels of results of a response hold the deepest lists
_MS, _TICKS = 1e3, 1e7
_FINE_PACE = 1e-5  # words per unit: thousandths give some 0.0025, ticks of 100 ns some 2.5e-7
_FINE_LEAST = 1000.0


def cues(document: Any) -> tuple[list[Cue], list[ReadError]]:
    """Return the cues of a recogniser's document in seconds, and the items that were left out.

    Raises:
        ReadError: `unknown-shape` if no list of timed text is found.
    """
    items = _items(document, 0)
    if not items:
        raise ReadError("unknown-shape", "no list of segments with text and times was found")
    turns = _turns(document)
    if is_word_list(items):
        return _seconds(grouped(words_of(items), turns)), []
    problems: list[ReadError] = []
    found: list[Cue] = []
    silent: list[Cue] = []
    for index, item in enumerate(_last_if_whole(items)):
        if not isinstance(item, dict):
            problems.append(ReadError("wrong-type", f"the segment is a {type(item).__name__}, expected an object", f"segment {index}"))
            continue
        (silent if _silent(item) else found).extend(_of_item(item, turns))
    if silent:
        detail = f"{len(silent)} segments that the recogniser calls silence, e.g. {silent[0].text[:60]!r}"
        problems.append(ReadError("no-speech", detail, f"{silent[0].start:.1f} s"))
    return _seconds(found), problems


def _items(document: Any, depth: int) -> list[Any]:
    """Return the list of segments or words in a document, likeliest place first."""
    if isinstance(document, list):
        rows = [_row(x) if isinstance(x, list) else x for x in document]
        return rows if any(isinstance(x, dict) and (_text(x) or _words(x)) for x in rows) else []
    if not isinstance(document, dict) or depth > _DEPTH:
        return []
    for key in (*_LISTS, *(k for k in document if k not in _LISTS)):
        inner = document.get(key)
        known = key in _LISTS or (isinstance(inner, list) and _timed(inner))
        found = _items(inner, depth + 1) if known and isinstance(inner, list | dict) else []
        if found:
            return found
    text = document.get("text")
    return [{"text": text, "start": 0.0}] if isinstance(text, str) and text.strip() else []


def _timed(items: Sequence[Any]) -> bool:
    """Return whether the first of some items carries a time, as a list of captions under an unknown name does."""
    return bool(items) and isinstance(items[0], dict) and first_time(items[0], START) is not None


def _row(values: list[Any]) -> Any:
    """Return a segment dumped as a bare row, `[start, end, text]` or `[id, seek, start, end, text, ...]`, as an object."""
    place = next((i for i, value in enumerate(values) if isinstance(value, str)), -1)
    if place >= 2 and (start := time_of(values[place - 2])) is not None and (end := time_of(values[place - 1])) is not None:
        return {"start": start, "end": end, "text": values[place]}
    return values


def _first(item: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the first object of a list of alternatives, or an empty one."""
    inner = item.get(name)
    return inner[0] if isinstance(inner, list) and inner and isinstance(inner[0], dict) else {}


def _text(item: Mapping[str, Any]) -> str:
    for name in _TEXT:
        value = item.get(name)
        if isinstance(value, str):
            return value
    inner = _first(item, "alternatives") or _first(item, "nBest")
    return _text(inner) if inner else ""


def _words(item: Mapping[str, Any]) -> list[Any]:
    """Return the list of words an item or its first alternative carries, empty if it has none with times."""
    for holder in (item, _first(item, "alternatives")):
        for name in _WORDS:
            inner = holder.get(name)
            if isinstance(inner, list) and any(word.start is not None for word in words_of(inner[:50])):
                return inner
    return []


def _of_item(item: Mapping[str, Any], turns: Sequence[tuple[float, str]]) -> Iterator[Cue]:
    """Yield a segment as one cue, or by its words where it has no times of its own or is a whole turn."""
    start, end = _span(item)
    text = plain_line(_text(item).replace(HESITATION, " "))
    words = words_of(_words(item))
    whole = words and len(words) >= number("reading", "transcript.words_share") * len(text.split())
    if whole and (start is None or not text or _is_turn(start, end)):
        yield from grouped(words, turns, speaker_of(item))
        return
    if words and start is None:
        start, end = words[0].start, words[-1].end
    text = text or plain_line(" ".join(w.text for w in words_of(_first_list(item))))
    begin = max(start or 0.0, 0.0)
    speaker = speaker_of(item) or next((name for at, name in reversed(turns) if at <= begin), "")
    if text:
        yield Cue(begin, max(end if end is not None else begin, begin), (text,), speaker)


def _first_list(item: Mapping[str, Any]) -> list[Any]:
    return next((inner for name in _WORDS if isinstance(inner := item.get(name), list)), [])


def _is_turn(start: float, end: float | None) -> bool:
    return end is None or end - start > number("reading", "transcript.long_turn_seconds")


def _span(item: Mapping[str, Any]) -> tuple[float | None, float | None]:
    start, end, length = first_time(item, START), first_time(item, END), first_time(item, DURATION)
    for name in _SPANS:
        span = item.get(name)
        if isinstance(span, dict):
            span = [span.get("from"), span.get("to")]
        if isinstance(span, list) and len(span) == 2 and start is None:
            start, end = time_of(span[0]), time_of(span[1])
    return start, start + length if end is None and start is not None and length is not None else end


def _turns(document: Any) -> list[tuple[float, str]]:
    """Return (start, speaker) of the turns that a document lists apart from its words, in order."""
    if not isinstance(document, dict):
        return []
    holders = [document, *(h for h in (document.get("results"), document.get("retval")) if isinstance(h, dict))]
    for holder in holders:
        for name in ("speaker_labels", "speakers", "paragraphs", "segmentation"):
            listed = holder.get(name)
            listed = listed.get("segments") if isinstance(listed, dict) else listed
            found = [
                (at, who)
                for turn in (listed if isinstance(listed, list) else [])
                if isinstance(turn, dict) and (at := first_time(turn, START)) is not None and (who := speaker_of(turn))
            ]
            if found:
                return sorted(found, key=lambda turn: turn[0])
    return []


def _last_if_whole(items: list[Any]) -> list[Any]:
    """Return the last item alone where it repeats all before it word by word with speakers, as Google's diarisation does."""
    if len(items) < 2 or not all(isinstance(item, dict) for item in items):
        return items
    last = words_of(_words(items[-1]))
    before = sum(len(_words(item)) for item in items[:-1])
    whole = last and before and len(last) >= before and any(w.speaker for w in last)
    return items[-1:] if whole and not any(w.speaker for w in words_of(_words(items[0]))) else items


def _seconds(found: list[Cue]) -> list[Cue]:
    """Return the cues in seconds: the pace of speech tells whole numbers of milliseconds or ticks from seconds."""
    last = max((cue.end for cue in found), default=0.0)
    pace = sum(len(cue.text.split()) for cue in found) / last if last else 1.0
    whole = all(cue.start == int(cue.start) and cue.end == int(cue.end) for cue in found)
    if not whole or last < _FINE_LEAST or pace >= number("reading", "transcript.slow_words_per_second"):
        return [replace(cue, start=round(cue.start, 3), end=round(cue.end, 3)) for cue in found]
    scale = _TICKS if pace < _FINE_PACE else _MS
    return [replace(cue, start=round(cue.start / scale, 3), end=round(cue.end / scale, 3)) for cue in found]


def _silent(item: Mapping[str, Any]) -> bool:
    """Return whether the recogniser itself says that nobody spoke."""
    probability = item.get("no_speech_prob")
    return isinstance(probability, int | float) and probability >= number("reading", "transcript.no_speech_prob")
