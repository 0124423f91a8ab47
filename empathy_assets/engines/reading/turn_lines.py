"""Text files that hold a dialogue or an exchange per line.

Lives here: growing windows, lines of turns behind an end-of-utterance mark, numbered exchanges. Must not live here: tables with a header
(tabular), logs with one turn per line (chatlog).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from empathy_assets.engines.reading.result import ReadError
from empathy_assets.engines.reading.roles import Turn
from empathy_assets.engines.reading.shapes import Dialogue

Placed = tuple[int, int, Dialogue | ReadError]
"""First row, last row (1-based, header excluded) and the dialogue or why there is none."""

_WINDOW = re.compile(r"^\s*[\d.]+\s+(?P<who>\d)\s+(?P<turn>\d+)\s+(?:\[[^\]]{1,60}\]\s*)?(?P<text>.*)$", re.DOTALL)
_WINDOW_SPLIT = re.compile(r"\s+EOS\s+")
_MARK = re.compile(r"\s*__e(?:ou|ot)__\s*")
_NUMBERED = re.compile(r"^(?P<number>\d{1,4}) (?P<said>[^\t\n]+)(?:\t(?P<reply>[^\t\n]*))?(?:\t.*)?$")
_PERSONA = re.compile(r"^\d{1,4} (?:your|partner'?s) persona:", re.IGNORECASE)


def reader_of(first_line: str, second_line: str = "") -> Callable[[Iterable[tuple[int, str]]], Iterator[Placed]] | None:
    """Return what reads a file whose first lines are these, None if they are of no kind known here."""
    if is_windows(first_line) or is_windows(second_line):
        return windows
    if "__eou__" in first_line:
        return marked
    numbered = _NUMBERED.match(first_line)
    opens = numbered is not None and numbered["number"] == "1" and bool(numbered["reply"] or _PERSONA.match(first_line))
    return exchanges if opens and _NUMBERED.match(second_line or "2 x") else None


def is_windows(first_line: str) -> bool:
    """Return whether a line is a window of `flag speaker turn text` segments joined by ` EOS `."""
    return " EOS " in first_line and all(_WINDOW.match(part) for part in _WINDOW_SPLIT.split(first_line.strip()))


def windows(rows: Iterable[tuple[int, str]]) -> Iterator[Placed]:
    """Yield dialogues from growing windows: segments of one dialogue are put together by turn number; a smaller one begins the next."""
    held: dict[int, Turn] = {}
    first = last = 0
    for line, text in rows:
        segments = [m for m in map(_WINDOW.match, _WINDOW_SPLIT.split(text.strip())) if m]
        if not segments:
            if text.strip():
                yield line, line, ReadError("spoiled-record", f"no window of `flag speaker turn text`: {text[:60]!r}")
            continue
        found = {int(m["turn"]): ("user" if m["who"] == "0" else "assistant", m["text"]) for m in segments}
        if held and (max(found) <= max(held) or any(held.get(k, v) != v for k, v in found.items())):
            yield first, last, Dialogue([held[k] for k in sorted(held)])
            held = {}
        first, last = (first if held else line), line
        held.update(found)
    if held:
        yield first, last, Dialogue([held[k] for k in sorted(held)])


def marked(rows: Iterable[tuple[int, str]]) -> Iterator[Placed]:
    """Yield one dialogue per line, its turns divided by `__eou__`; the speakers alternate."""
    for line, text in rows:
        said = [part for part in _MARK.split(text.strip()) if part]
        if said:
            yield line, line, Dialogue([("assistant" if i % 2 else "user", part) for i, part in enumerate(said)])


def exchanges(rows: Iterable[tuple[int, str]]) -> Iterator[Placed]:
    """Yield dialogues from lines of number, what was said, tab, reply; the number 1 begins the next one."""
    turns: list[Turn] = []
    first = last = 0
    for line, text in rows:
        match = _NUMBERED.match(text.strip())
        if not match:
            if text.strip():
                yield line, line, ReadError("spoiled-record", f"no `number text, tab, reply`: {text[:60]!r}")
            continue
        if match["number"] == "1" and turns:
            yield first, last, Dialogue(turns)
            turns = []
        first, last = (line if match["number"] == "1" else first or line), line
        if not _PERSONA.match(text.strip()):
            turns = [*turns, ("user", match["said"]), *([("assistant", match["reply"])] if match["reply"] else [])]
    if turns:
        yield first, last, Dialogue(turns)
