"""Records out of JSON text, one at a time: arrays, lines, concatenated objects, whole or spoiled.

Lives here: finding where a record begins and ends. Must not live here: the value itself (lenient), what a record means (shapes).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from empathy_assets.engines.reading.lenient import value_at
from empathy_assets.engines.reading.resync import Resync, lost_at
from empathy_assets.engines.reading.wrapping import has_speaker, holds_list, is_records, unwrapped
from empathy_assets.policy.load import number

_SPACE = re.compile(r"[\s,\ufeff\x00\x1e]*")
_MEMBER = re.compile(r'[\s,]*"(?P<key>(?:[^"\\]|\\.){0,200})"\s*:\s*')
_OBJECT_MEMBER = re.compile(r'"(?:[^"\\\n]|\\.){1,200}"\s*:\s*(?=\{)')
_FIRST_ITEM = re.compile(r"\[\s*")
_END = re.compile(r"\}\s*\]\s*\Z")
_STRAY = re.compile(r"\][\s\],]*")
_EXCERPT = 60
_TAIL = 64
_ESCAPE_CHARS = 8  # the parser reports a literal or an escape that is cut off at its beginning
_BROKEN = (ValueError, RecursionError)


@dataclass(frozen=True)
class Found:
    """One record: its running number from 0, its line from 1 (0 unknown), and either a value or the reason why there is none."""

    index: int
    line: int
    value: Any = None
    reason: str = ""
    detail: str = ""

    @property
    def position(self) -> str:
        """The place in words."""
        return f"record {self.index}, line {self.line}" if self.line else f"record {self.index}"


def _explain(error: Exception, text: str, at: int) -> str:
    what = error.msg if isinstance(error, json.JSONDecodeError) else f"{type(error).__name__}: {error}"
    return f"{what[:200]}; the record begins {text[at : at + _EXCERPT]!r}"


class _Window:
    """The part of a text that is held in memory: what was read is let go, the next piece is added on demand."""

    def __init__(self, pieces: Iterable[str], at: int = 0) -> None:
        self._pieces = iter(pieces)
        self._limit = int(number("reading", "limits.json_record_mib")) << 20
        self._newlines = 0
        self._counted = 0
        self.text = ""
        self.at = 0
        self.grow(force=True)
        self.at = at

    def grow(self, *, force: bool = False) -> bool:
        """Add the next piece; False if there is none, or if the record at hand already fills the window."""
        if not force and len(self.text) - self.at > self._limit:
            return False
        piece = next(self._pieces, "")
        if not piece:
            return False
        self._newlines += self.text.count("\n", self._counted, self.at)
        self.text = self.text[self.at :] + piece
        self.at = self._counted = 0
        return True

    def skip(self) -> bool:
        """Go to the next character that is no separator; False at the end of the text."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text) or not self.grow(force=True):
                return self.at < len(self.text)

    @property
    def line(self) -> int:
        """The line number of the present place, from 1."""
        self._newlines += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._newlines + 1


def lines(rows: Iterable[tuple[int, str]], start: int = 0) -> Iterator[Found]:
    """Yield one record per line from (line number, text) pairs; blank lines are skipped, spoiled lines carry their reason.

    A record that a raw line break cut in two is put together again; several records on one line are told apart. The first record has the
    number `start`.
    """
    limit = int(number("reading", "limits.json_record_mib")) << 20
    index, held, held_line = start, "", 0
    for line, text in rows:
        text = text.strip().strip("\ufeff\x00\x1e")
        if not text:
            continue
        if len(text) > limit:
            yield Found(index, line, None, "spoiled-record", f"the line has {len(text)} characters, at most {limit} are read")
            index += 1
            continue
        found = list(_line(index, line, text))
        if held:
            joined = list(_line(index, held_line, f"{held}\n{text}")) if len(held) + len(text) < limit else []
            if len(joined) == 1 and not joined[0].reason and found[0].reason:
                found = joined
            else:
                yield next(_line(index, held_line, held))
                found = list(_line(index + 1, line, text))
                index += 1
        may_go_on = not held and len(found) == 1 and found[0].reason == "spoiled-record" and text[0] in "{["
        held, held_line = (text, line) if may_go_on else ("", 0)
        if not held:
            yield from found
            index += len(found)
    if held:
        yield next(_line(index, held_line, held))


def _line(index: int, line: int, text: str) -> Iterator[Found]:
    """Yield the record of a line, or the records where several stand on it; a line that holds none carries its reason."""
    bare = text.rstrip(",; ")
    try:
        value, end = value_at(bare, 0)
        if not bare[end:].strip():
            yield Found(index, line, value)
            return
        problem = f"text follows the record: {bare[end : end + _EXCERPT]!r}"
        if bare[end:].lstrip(", ")[:1] in ("{", "["):
            for found in _records(_Window([bare]), closed=True):
                yield Found(index + found.index, line, found.value, found.reason, found.detail)
            return
        yield Found(index, line, None, "spoiled-record", problem)
    except RecursionError:
        yield Found(index, line, None, "too-deep", "the record nests deeper than the parser allows")
    except ValueError as error:
        yield Found(index, line, None, "spoiled-record", _explain(error, text, 0))


def _records(window: _Window, *, closed: bool, start: int = 0) -> Iterator[Found]:
    """Yield the records from the window's place to the bracket that closes their array, or to the end of the text.

    Args:
        window: The text; its place is behind the opening bracket.
        closed: Whether the text may end without a bracket, as concatenated objects do.
        start: The number of the first record.

    After a record that does not parse, reading goes on at the next one; if the text ends inside a record its reason is `truncated`.
    """
    resync, failures, index = Resync(window.text, window.at), 0, start
    while window.skip() and window.text[window.at] != "]":
        try:
            value, end = _value(window)
        except _BROKEN as error:
            if window.grow():
                continue
            failures += 1
            text, at = window.text, window.at
            known = failures <= number("reading", "limits.json_failures")
            following = resync.after(text, at, error) if known else -1
            yield Found(index, window.line, None, _reason(error, text, following, at), _explain(error, text, at))
            if following < 0:
                window.at = len(text)
                return
            index, window.at = index + 1, following
            continue
        resync.learn(value)
        yield Found(index, window.line, value)
        index, window.at = index + 1, end
    if window.at < len(window.text):
        window.at += 1
    elif not closed:
        yield Found(index, window.line, None, "truncated", "the array is not closed; every record before its end was read")


def _value(window: _Window) -> tuple[Any, int]:
    """Return the value at the window's place and its end; more text is fetched while the value might go on in it.

    Raises:
        ValueError: There is none, or it is a field name whose object has lost its brace.
        RecursionError: It nests too deep.
    """
    value, end = value_at(window.text, window.at)
    while end + _TAIL > len(window.text) and window.grow():
        value, end = value_at(window.text, window.at)
    if isinstance(value, str) and window.text[end : end + _TAIL].lstrip().startswith(":"):
        raise ValueError("a field name stands where a record should begin")
    return value, end


def _reason(error: Exception, text: str, following: int, at: int) -> str:
    """Return whether the record at `at` nests too deep, is cut off by the end of the text, or is spoiled."""
    if isinstance(error, RecursionError):
        return "too-deep"
    if following >= 0 or text[at : at + 1] not in ("{", "[", '"', ""):
        return "spoiled-record"
    if not isinstance(error, json.JSONDecodeError):
        return "spoiled-record"
    if error.msg.startswith("Unterminated"):
        return "spoiled-record" if _END.search(text, max(at, len(text) - _TAIL)) else "truncated"
    return "truncated" if len(text) - error.pos <= _ESCAPE_CHARS else "spoiled-record"


def document(text: str | Iterable[str]) -> Iterator[Found]:
    """Yield the records of a whole JSON document: an array, an object that wraps one, an object of records by id, or one record.

    Args:
        text: The document, whole or in pieces; an array of records is read without holding more of it than a record needs.
    """
    window = _Window([text] if isinstance(text, str) else text)
    if not window.skip():
        return
    if window.text[window.at] == "[":
        yield from _arrays(window)
        return
    try:
        value, end = _whole_value(window)
    except _BROKEN as error:
        yield from _broken_object(window, error)
        return
    window_at, window.at = window.at, end
    if window.skip():
        window.at = window_at
        yield from _records(window, closed=True)
        return
    for index, item in enumerate(unwrapped(value)):
        yield Found(index, 0, item)


def _arrays(window: _Window) -> Iterator[Found]:
    """Yield the records of an array and of whatever follows it, which nothing should."""
    index = 0
    while True:
        stray = _STRAY.match(window.text, window.at)
        if stray:
            yield Found(index, window.line, None, "spoiled-record", "a bracket closes an array that is closed already")
            index, window.at = index + 1, stray.end()
        else:
            bare = window.text[window.at] != "["
            window.at += 0 if bare else 1
            for found in _records(window, closed=bare, start=index):
                index = found.index + 1
                yield found
        if not window.skip():
            return


def _whole_value(window: _Window) -> tuple[Any, int]:
    while True:
        try:
            return value_at(window.text, window.at)
        except _BROKEN:
            if not window.grow():
                raise


def _broken_object(window: _Window, error: Exception) -> Iterator[Found]:
    """Yield what can be had of an object that does not parse: the records of the lists in it and the records by id before the fault."""
    while window.grow(force=True):
        continue
    yield from _members(window.text, window.at, error, 0)


def _members(text: str, at: int, error: Exception, depth: int) -> Iterator[Found]:
    """Yield the records of an object that does not parse as a whole, member by member."""
    place, index = at + 1, 0
    known: set[str] = set()
    while (member := _MEMBER.match(text, place)) is not None:
        place = member.end()
        try:
            value, end = value_at(text, place)
        except _BROKEN as fault:
            inner = _inside(text, place, error, depth, index) if not known else None
            if inner is not None:
                yield from inner
                return
            end = _next_member(text, place, fault, known)
            yield Found(index, text.count("\n", 0, place) + 1, None, _reason(fault, text, end, place), _explain(fault, text, place))
            if end < 0:
                return
            index, place = index + 1, end
            continue
        for item in _member_records(member["key"], value):
            known = known or (set(value) if isinstance(value, dict) else known)
            yield Found(index, 0, item)
            index += 1
        place = end
    if index == 0 or text[place:].strip() != "}":
        reason = _reason(error, text, -1, at) if text.startswith("{", at) else "spoiled-record"
        yield Found(index, text.count("\n", 0, place) + 1, None, reason, _explain(error, text, at if index == 0 else place))


def _member_records(key: str, value: Any) -> list[Any]:
    if isinstance(value, dict) and holds_list(value):
        return [{"id": key, **value}]
    return value if isinstance(value, list) and is_records(value) else []


def _inside(text: str, at: int, error: Exception, depth: int, index: int) -> Iterator[Found] | None:
    """Return the records inside the member that does not parse, None if it is a record itself, whose turns are not records."""
    if text[at : at + 1] == "{" and depth < number("reading", "limits.nesting"):
        first = _MEMBER.match(text, at + 1)
        below = first is not None and text[first.end() : first.end() + 1] == "[" and not _opens_turns(text, first.end())
        return _members(text, at, error, depth + 1) if below else None
    if text[at : at + 1] == "[" and text[at + 1 :].lstrip()[:1] in ("{", "[") and not _opens_turns(text, at):
        return _records(_Window([text], at + 1), closed=False, start=index)
    return None


def _opens_turns(text: str, at: int) -> bool:
    """Return whether the list at `at` begins with a turn rather than with a record."""
    opening = _FIRST_ITEM.match(text, at)
    try:
        value, _ = value_at(text, opening.end() if opening else at)
    except _BROKEN:
        return False
    return not (isinstance(value, list) or (isinstance(value, dict) and (holds_list(value) or not has_speaker(value))))


def _next_member(text: str, at: int, error: Exception, known: set[str]) -> int:
    """Return where the member after a spoiled one begins, -1 if there is none: a key whose object is like those before and holds a list."""
    tries = int(number("reading", "limits.json_failures"))
    low = lost_at(text, at, error)
    for found in islice(_OBJECT_MEMBER.finditer(text, low), tries):
        try:
            value, _ = value_at(text, found.end())
        except _BROKEN:
            continue
        if isinstance(value, dict) and holds_list(value) and (not known or known & set(value)):
            return found.start()
    return -1
