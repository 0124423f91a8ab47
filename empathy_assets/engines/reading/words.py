"""Words with their own times, as speech recognition services write them, grouped to cues.

Lives here: the shapes of a word, its punctuation and its speaker, and the times such services use. Must not live here: where the words
lie in a document (recognised).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from empathy_assets.engines.reading.cues import Cue, plain_line
from empathy_assets.engines.reading.text import one_line
from empathy_assets.policy.load import number

START = (
    "start", "startTime", "start_time", "begin", "time", "from", "offset", "ts", "timestamp", "start_ms", "startMs", "offsetInTicks",
    "startSeconds", "start_seconds", "t0", "bg",
)  # fmt: skip
END = ("end", "endTime", "end_time", "to", "stop", "end_ts", "end_ms", "endMs", "endSeconds", "end_seconds", "t1", "ed")
DURATION = ("duration", "dur", "durationInTicks", "duration_ms", "durationMs")
SPEAKER = (
    "speaker", "speaker_label", "speakerLabel", "speakerName", "speaker_name", "speakerTag", "speaker_tag", "speaker_id", "name", "role",
)  # fmt: skip
HESITATION = "%HESITATION"
"""What IBM writes for `um`."""
_TEXT = ("punctuated_word", "punct", "word", "text", "content", "value", "name")
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)$")
_ISO = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$")
_UNIT = re.compile(r"^(-?\d+(?:\.\d+)?)\s*(ms|s|sec|seconds)?$")
_MARK = re.compile(r"[^\w\s]+")
_LISTED = 3  # [word, start, end], as IBM writes them


@dataclass(frozen=True)
class Word:
    """One word; `glued` where it belongs to the word before without a blank. `start` None: as the word before."""

    text: str
    start: float | None
    end: float | None
    speaker: str = ""
    glued: bool = False


def time_of(value: Any) -> float | None:
    """Return a time in the unit it is written in: a number, `12.5`, `1.3s`, `00:01:02,5`, `PT1M2.5S` or seconds and nanos; else None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if value == value and abs(value) < 1e15 else None
    if isinstance(value, dict):
        whole, rest = time_of(value.get("seconds", 0)), time_of(value.get("nanos", 0))
        return whole + rest / 1e9 if whole is not None and rest is not None and ("seconds" in value or "nanos" in value) else None
    return _written(value.strip()) if isinstance(value, str) and len(value) < 40 else None


def _written(value: str) -> float | None:
    if match := _UNIT.match(value):
        return float(match[1]) / (1000 if match[2] == "ms" else 1)
    if match := _CLOCK.match(value):
        return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3].replace(",", "."))
    if (match := _ISO.match(value)) and any(match.groups()):
        return int(match[1] or 0) * 3600 + int(match[2] or 0) * 60 + float(match[3] or 0)
    return None


def first_time(item: Mapping[str, Any], names: Iterable[str]) -> float | None:
    """Return the first usable time among the fields named."""
    return next((t for name in names if (t := time_of(item.get(name))) is not None), None)


def speaker_of(item: Mapping[str, Any]) -> str:
    """Return who speaks, as the item says it; a nested speaker by its name."""
    for name in SPEAKER:
        value = item.get(name)
        if isinstance(value, dict):
            value = value.get("name") or value.get("id")
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return one_line(str(value))[:80]
    return ""


def word_text(item: Mapping[str, Any]) -> str:
    """Return a word's text, with its punctuation where the service gives both forms."""
    for name in _TEXT:
        if isinstance(item.get(name), str):
            return item[name]
    alternatives = item.get("alternatives")
    return word_text(alternatives[0]) if isinstance(alternatives, list) and alternatives and isinstance(alternatives[0], dict) else ""


def words_of(items: Sequence[Any]) -> list[Word]:
    """Return the words of a list in any of the services' shapes; what is none is passed over."""
    found: list[Word] = []
    for item in items:
        if isinstance(item, list) and len(item) == _LISTED and isinstance(item[0], str):
            if item[0] != HESITATION:
                found.append(Word(item[0], time_of(item[1]), time_of(item[2])))
        elif isinstance(item, dict):
            text = word_text(item)
            if not text.strip() or text.strip() == HESITATION:
                continue
            start, end = first_time(item, START), first_time(item, END)
            length = first_time(item, DURATION)
            end = start + length if end is None and start is not None and length is not None else end
            mark = item.get("type") in ("punctuation", "punct") or (start is None and _MARK.fullmatch(text.strip()) is not None)
            alternatives = item.get("alternatives")
            inner = alternatives[0] if isinstance(alternatives, list) and alternatives and isinstance(alternatives[0], dict) else {}
            speaker = speaker_of({k: v for k, v in item.items() if k != "name"}) or speaker_of({"speaker": inner.get("speaker")})
            found.append(Word(text.strip(), None if mark else start, None if mark else end, speaker, mark))
    return found


def is_word_list(items: Sequence[Any]) -> bool:
    """Return whether a list holds single words with times rather than segments."""
    words = words_of(items)
    timed = sum(w.start is not None for w in words)
    return len(words) > 1 and timed * 2 >= len(words) and sum(" " in w.text for w in words) * 10 < len(words)


def grouped(words: Sequence[Word], turns: Sequence[tuple[float, str]] = (), speaker: str = "") -> list[Cue]:
    """Return the words as cues, cut where the speaker changes, at pauses, after sentences and at twenty words.

    Args:
        words: The words in order.
        turns: Starts of the speakers' turns, in order, where words do not name their speaker themselves.
        speaker: Who speaks, where neither does.
    """
    most, starts = number("reading", "transcript.cue_words"), [start for start, _ in turns]
    gap = number("reading", "transcript.sentence_gap_seconds")
    found: list[Cue] = []
    held: list[str] = []
    begin = end = 0.0
    now = speaker
    for word in words:
        if word.glued and held:
            held[-1] += word.text
            continue
        at = end if word.start is None else max(word.start, 0.0)
        turn = bisect_right(starts, at) - 1
        who = word.speaker or (turns[turn][1] if turn >= 0 else speaker)
        full = len(held) >= most or (held and held[-1][-1:] in ".?!" and len(held) > 1)
        if held and (who != now or full or at - end >= gap or at < begin):
            found.append(_cue(held, begin, end, now))
            held = []
        if not held:
            begin, now = at, who
        held.append(word.text)
        end = max(at, word.end if word.end is not None else at)
    if held:
        found.append(_cue(held, begin, end, now))
    return [cue for cue in found if cue.text]


def _cue(words: Sequence[str], start: float, end: float, speaker: str) -> Cue:
    text = plain_line(" ".join(words))
    return Cue(start, max(end, start), (text,) if text else (), speaker)
