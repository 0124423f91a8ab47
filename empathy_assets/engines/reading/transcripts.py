"""Transcripts: the format told by content, read to cues, cut into passages with seconds, speaker and voice.

Lives here: the way from a file to passage rows. Must not live here: the formats, de-rolling, loops, sentences.
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from empathy_assets.engines.reading import identity, plaintext, recognised, subtitles, timedtext
from empathy_assets.engines.reading.cues import Cue, unrolled, with_speakers, without_credits
from empathy_assets.engines.reading.language import is_english
from empathy_assets.engines.reading.loops import loops, without_loops
from empathy_assets.engines.reading.result import FileContext, ReadError, Row
from empathy_assets.engines.reading.speech import Talk, paced, talks
from empathy_assets.engines.reading.text import decode, one_line

_JSON_START = re.compile(r"\{|\[\s*[\[{\]\"]|\[\s*$")  # `[Ann]: ...` and `[00:12] ...` are plain text


@dataclass
class _Script:
    """What a file holds: cues, what was left out, what the cues' times count, and title and authors where the file names them."""

    cues: list[Cue]
    problems: list[ReadError] = field(default_factory=list[ReadError])
    unit: str = "second"
    title: str = ""
    authors: tuple[str, ...] = ()


def read(path: Path, context: FileContext) -> Iterator[Row]:
    """Yield the passages, rejects and the work row of one transcript.

    Raises:
        ReadError: The file as a whole cannot be read.
    """
    script = _script(path.read_bytes(), PurePosixPath(context.relative.lower().removesuffix(".gz")).suffix)
    for problem in script.problems:
        yield context.rejected(problem)
    cues = sorted((cue for cue in script.cues if cue.text), key=lambda cue: cue.start)
    cues, makers = without_credits(unrolled(cues))
    if makers:
        yield context.reject("credits", f"{len(makers)} lines, e.g. {makers[0].text[:80]!r}", f"{makers[0].start:.1f} {script.unit}")
    cues = with_speakers(cues)
    if not cues:
        raise ReadError("no-usable-text", "no cue with words was found")
    refusals = list(_refusals(cues))
    for refusal in refusals:
        yield context.rejected(refusal)
    if refusals:
        return
    cues, looped = without_loops(cues)
    for problem in looped:
        yield context.rejected(problem)
    script.cues = paced(cues) if script.unit == "second" else cues
    yield from _passages(context, script)


def _refusals(cues: Sequence[Cue]) -> Iterator[ReadError]:
    """Yield the reasons that speak against the talk as a whole."""
    english, code = is_english(" ".join(cue.text for cue in _spread(cues)))
    if not english:
        yield ReadError("not-english", f"the transcript reads as `{code or 'unknown'}`")
    whole = " ".join(cue.text for cue in cues)
    if loops(whole):
        yield ReadError("repetition-loop", f"under half of its four-word sequences are distinct, e.g. {whole[:80]!r}")


def _spread(cues: Sequence[Cue]) -> list[Cue]:
    """Return cues from all over the talk, so that a foreign opening does not decide its language."""
    step = max(len(cues) // 60, 1)
    return list(cues[::step])


def _passages(context: FileContext, script: _Script) -> Iterator[Row]:
    marks = identity.sketch([" ".join(cue.text for cue in script.cues)])
    work = identity.work_id("", marks)
    speakers = list(dict.fromkeys(cue.speaker for cue in script.cues if cue.speaker))
    title = script.title or PurePosixPath(context.relative).stem
    shared: dict[str, Any] = {"title": title, "authors": speakers[:20] or list(script.authors), "work_id": work, "unit": script.unit}
    for item in talks(script.cues):
        if isinstance(item, Talk):
            provenance = context.provenance(start=item.start, end=item.end, anchor=_anchor(item, script.unit), **shared)
            yield context.passage(item.text, provenance, speaker=item.speaker, voice=context.rights.voice)
        elif item:
            yield context.reject("interjections", f"{item} back-channels inside another speaker's talk were left out")
    yield "works", {"file": context.relative, "work_id": work, "title_key": "", "sketch": marks}


def _anchor(item: Talk, unit: str) -> str:
    if unit == "second":
        return f"{_clock(item.start)}-{_clock(item.end)}"
    return f"para. {item.start:.0f}" if item.start == item.end else f"para. {item.start:.0f}-{item.end:.0f}"


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _script(data: bytes, suffix: str) -> _Script:
    text = decode(data)
    start = text.lstrip("\ufeff \t\n")
    if not start:
        raise ReadError("empty-file", "no text in it")
    if _JSON_START.match(start):
        return _json(start)
    if subtitles.is_script(start):
        return _Script(subtitles.script(start))
    if start.startswith("<") and not subtitles.looks_timed(text):
        return _markup(data, start)
    if subtitles.is_vtt(start) or (suffix != ".vtt" and subtitles.looks_timed(start)):
        return _Script(*subtitles.parse(start))
    if suffix == ".vtt":
        raise ReadError("not-subtitles", f"the WEBVTT header is missing; the file begins {start[:40]!r}")
    if suffix in (".srt", ".sbv"):
        raise ReadError("not-subtitles", f"no `start --> end` line in the first 60; the file begins {start[:40]!r}")
    cues, unit = plaintext.plain(start)
    return _Script(cues, unit=unit)


def _markup(data: bytes, text: str) -> _Script:
    if not timedtext.is_timed_xml(data) and plaintext.is_html(text):
        cues, unit = plaintext.html(text)
        return _Script(cues, unit=unit)
    return _Script(timedtext.xml(data))


def _json(text: str) -> _Script:
    document = _loaded(text)
    title, authors = "", ()
    if isinstance(document, dict):
        timedtext.refuse_player_reply(document)
        title = document.get("title")
        author = document.get("author")
        authors = (name,) if isinstance(author, str) and (name := one_line(author)) else ()
        if isinstance(document.get("events"), list) and timedtext.is_json3(document):
            return _Script(timedtext.json3(document))
    cues, problems = recognised.cues(document)
    unit = "second" if any(cue.end for cue in cues) else "paragraph"
    if unit == "paragraph":
        cues = [Cue(float(n), float(n), cue.lines, cue.speaker) for n, cue in enumerate(cues, start=1)]
    return _Script(cues, problems, unit, one_line(title)[:300] if isinstance(title, str) else "", authors)


def _loaded(text: str) -> Any:
    """Return the JSON document; several one after another, as streaming recognisers print them, as a list."""
    decoder = json.JSONDecoder()
    found: list[Any] = []
    at = 0
    try:
        while at < len(text):
            document, at = decoder.raw_decode(text, at)
            found.append(document)
            while at < len(text) and text[at] in " \t\n,\x1e":
                at += 1
    except RecursionError:
        raise ReadError("too-deep", "the file nests deeper than the parser allows") from None
    except ValueError as error:
        raise ReadError("damaged", f"not valid JSON: {error}") from None
    return found[0] if len(found) == 1 else found
