"""Transcripts: the format told by content, read to cues, cut into passages with seconds, speaker and voice.

Lives here: the way from a file to passage rows. Must not live here: the formats, de-rolling, sentences.
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from empathy_assets.engines.reading import identity, recognised, subtitles, timedtext
from empathy_assets.engines.reading.cues import Cue, Talk, deroll, is_rolling, plain_line, talks, with_speakers
from empathy_assets.engines.reading.language import is_english
from empathy_assets.engines.reading.result import FileContext, ReadError, Row
from empathy_assets.engines.reading.text import decode

_LINE_TIME = re.compile(r"^\s*[\[(]?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?[\])]?\s*[-–:]?\s*(.*)$")
_JSON_START = re.compile(r"\{|\[\s*[\[{\]\"]|\[\s*$")  # `[Ann]: ...` and `[00:12] ...` are plain text


def read(path: Path, context: FileContext) -> Iterator[Row]:
    """Yield the passages, rejects and the work row of one transcript.

    Raises:
        ReadError: The file as a whole cannot be read.
    """
    cues, problems = _cues(path.read_bytes(), PurePosixPath(context.relative).suffix.lower())
    for problem in problems:
        yield context.rejected(problem)
    cues = [cue for cue in cues if cue.text]
    if is_rolling(cues):
        cues = deroll(cues)
    cues = with_speakers(cues)
    if not cues:
        raise ReadError("no-usable-text", "no cue with words was found")
    english, code = is_english(" ".join(cue.text for cue in _spread(cues)))
    if not english:
        yield context.reject("not-english", f"the transcript reads as `{code or 'unknown'}`")
        return
    yield from _passages(context, cues)


def _spread(cues: Sequence[Cue]) -> list[Cue]:
    """Return cues from all over the talk, so that a foreign opening does not decide its language."""
    step = max(len(cues) // 60, 1)
    return list(cues[::step])


def _passages(context: FileContext, cues: Sequence[Cue]) -> Iterator[Row]:
    marks = identity.sketch([" ".join(cue.text for cue in cues)])
    work = identity.work_id("", marks)
    speakers = list(dict.fromkeys(cue.speaker for cue in cues if cue.speaker))
    shared: dict[str, Any] = {"title": PurePosixPath(context.relative).stem, "authors": speakers[:20], "work_id": work}
    for item in talks(cues):
        if isinstance(item, Talk):
            place = {"unit": "second", "start": item.start, "end": item.end, "anchor": f"{_clock(item.start)}-{_clock(item.end)}"}
            provenance = context.provenance(**place, **shared)
            yield context.passage(item.text, provenance, speaker=item.speaker, voice=context.rights.voice)
        elif item:
            yield context.reject("interjections", f"{item} back-channels inside another speaker's talk were left out")
    yield "works", {"file": context.relative, "work_id": work, "title_key": "", "sketch": marks}


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _cues(data: bytes, suffix: str) -> tuple[list[Cue], list[ReadError]]:
    text = decode(data)
    start = text.lstrip("\ufeff \t\n")
    if not start:
        raise ReadError("empty-file", "no text in it")
    if _JSON_START.match(start):
        return _json_cues(start)
    if start.startswith("<") and not subtitles.looks_timed(text):
        return timedtext.xml(data), []
    if subtitles.is_vtt(start):
        return subtitles.parse(start)
    if suffix == ".vtt":
        raise ReadError("not-subtitles", f"the WEBVTT header is missing; the file begins {start[:40]!r}")
    if subtitles.looks_timed(start):
        return subtitles.parse(start)
    if suffix in (".srt", ".sbv"):
        raise ReadError("not-subtitles", f"no `start --> end` line in the first 60; the file begins {start[:40]!r}")
    return _plain(start), []


def _json_cues(text: str) -> tuple[list[Cue], list[ReadError]]:
    try:
        document: Any = json.loads(text)
    except RecursionError:
        raise ReadError("too-deep", "the file nests deeper than the parser allows") from None
    except ValueError as error:
        raise ReadError("damaged", f"not valid JSON: {error}") from None
    if isinstance(document, dict):
        timedtext.refuse_player_reply(document)
        if isinstance(document.get("events"), list):
            return timedtext.json3(document), []
    return recognised.cues(document)


def _plain(text: str) -> list[Cue]:
    """Return the paragraphs of a plain-text transcript as cues; a time at a line's head is its start."""
    if "\x00" in text[:4096]:
        raise ReadError("unknown-kind", "binary content, expected captions, JSON or plain text")
    cues: list[Cue] = []
    now = 0.0
    for line in text.split("\n"):
        match = _LINE_TIME.match(line)
        if match:
            now = float(subtitles.seconds(match[1], match[2], match[3], match[4] or "0"))
            line = match[5]
        words = plain_line(line)
        if words:
            cues.append(Cue(now, now, (words,)))
    ends = [*(c.start for c in cues[1:]), now][: len(cues)]
    return [Cue(c.start, max(e, c.start), c.lines, c.speaker) for c, e in zip(cues, ends, strict=True)]
