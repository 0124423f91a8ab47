"""YouTube's timed text: json3, srv1, srv2 and srv3 (and TTML) to cues.

Lives here: these formats and the replies that stand in their place. Must not live here: de-rolling (cues).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

from empathy_assets.engines.reading.cues import Cue, plain_line
from empathy_assets.engines.reading.markup import Element, local, parse_xml
from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.text import strip_html

_MS = 1000.0
_AGES = 1e9  # seconds; 30 years of speech


def is_json3(document: Mapping[str, Any]) -> bool:
    """Return whether a document's events are timed text rather than some other list."""
    events = document.get("events") or []
    return any(isinstance(event, dict) and ("tStartMs" in event or "segs" in event) for event in events[:50])


def json3(document: Mapping[str, Any]) -> list[Cue]:
    """Return the cues of a json3 document; window events without segments and appended line breaks carry no words."""
    cues: list[Cue] = []
    for event in document.get("events") or []:
        if not isinstance(event, dict) or not isinstance(event.get("segs"), list):
            continue
        text = "".join(str(seg.get("utf8") or "") for seg in event["segs"] if isinstance(seg, dict))
        start = _ms(event.get("tStartMs"))
        lines = tuple(line for part in text.split("\n") if (line := plain_line(part)))
        if lines:
            cues.append(Cue(start, start + _ms(event.get("dDurationMs")), lines))
    return _closed(cues)


def _ms(value: Any) -> float:
    """Return milliseconds as seconds; 0 for what is no time: no number, negative, not finite or ages long."""
    try:
        time = float(value) / _MS
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return round(time, 3) if 0.0 < time < _AGES else 0.0


def _closed(cues: list[Cue]) -> list[Cue]:
    """Return the cues ending no later than the next begins: automatic captions stay on the screen while the next is spoken."""
    ends = [*(c.start for c in cues[1:]), float("inf")][: len(cues)]
    return [Cue(c.start, max(c.start, min(c.end, e)), c.lines, c.speaker) for c, e in zip(cues, ends, strict=True)]


def refuse_player_reply(document: Mapping[str, Any]) -> None:
    """Raise where a player's reply (metadata, no captions) was saved in place of a transcript.

    Raises:
        ReadError: `unavailable` with the status and reason the reply gives.
    """
    status = document.get("playabilityStatus")
    if isinstance(status, dict):
        raise ReadError("unavailable", f"player reply, status {status.get('status')!r}: {status.get('reason') or 'no reason given'}")


def is_timed_xml(data: bytes) -> bool:
    """Return whether XML bytes are one of these formats."""
    root = parse_xml(data)
    return root is not None and local(root) in ("transcript", "timedtext", "tt")


def xml(data: bytes) -> list[Cue]:
    """Return the cues of an srv1, srv2, srv3 or TTML document.

    Raises:
        ReadError: `not-subtitles` if it is none of them.
    """
    root = parse_xml(data)
    if root is None or local(root) not in ("transcript", "timedtext", "tt"):
        found = "no XML" if root is None else f"<{local(root)}>"
        raise ReadError("not-subtitles", f"found {found}, expected <transcript>, <timedtext> or <tt>")
    return _closed([cue for element in root.iter() if local(element) in ("text", "p") for cue in _element(element)])


def _element(element: Element) -> Iterator[Cue]:
    raw = "".join(" " if local(e) == "br" else "" for e in element) + "".join(str(t) for t in element.itertext())
    lines = tuple(line for part in strip_html(html.unescape(raw)).split("\n") if (line := plain_line(part)))
    start, length = element.get("start"), element.get("dur")
    if start is not None:
        begin, span = _ms(_float(start) * _MS), _ms(_float(length) * _MS)
    elif element.get("begin") is not None:
        begin = _ms(_clock(element.get("begin")) * _MS)
        span = max(_ms(_clock(element.get("end")) * _MS) - begin, 0.0)
    else:
        begin, span = _ms(element.get("t")), _ms(element.get("d"))
    if lines:
        yield Cue(begin, round(begin + span, 3), lines)


def _float(value: str | None) -> float:
    try:
        return float(value or 0)
    except ValueError:
        return 0.0


def _clock(value: str | None) -> float:
    """Return a TTML clock value (`00:01:02.5` or `62.5s`) in seconds."""
    total = 0.0
    for part in (value or "").rstrip("s").split(":"):
        total = total * 60 + _float(part)
    return round(total, 3)
