"""Records out of JSON text, one at a time: arrays, lines, concatenated objects, whole or spoiled.

Lives here: finding where a record begins and ends. Must not live here: what a record means (shapes).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from empathy_assets.policy.load import number

_SPACE = re.compile(r"[\s,\ufeff]*")
_NEXT_RECORD = re.compile(r"\}\s*,?\s*(?=\{)")
_EXCERPT = 60
_WRAPPERS = (
    "data",
    "records",
    "conversations",
    "dialogues",
    "dialogs",
    "items",
    "examples",
    "rows",
    "train",
    "test",
    "validation",
    "samples",
)


@dataclass(frozen=True)
class Found:
    """One record: its running number from 0, its line from 1, and either a value or the reason why there is none."""

    index: int
    line: int
    value: Any = None
    reason: str = ""
    detail: str = ""

    @property
    def position(self) -> str:
        """The place in words."""
        return f"record {self.index}, line {self.line}"


def _no_constant(name: str) -> None:
    """NaN and Infinity are no JSON; null keeps the record."""


_DECODER = json.JSONDecoder(parse_constant=_no_constant, strict=False)


def _explain(error: Exception, text: str, at: int) -> str:
    what = error.msg if isinstance(error, json.JSONDecodeError) else f"{type(error).__name__}: {error}"
    return f"{what}; the record begins {text[at : at + _EXCERPT]!r}"


def lines(rows: Iterator[tuple[int, str]]) -> Iterator[Found]:
    """Yield one record per line from (line number, text) pairs; blank lines are skipped, spoiled lines carry their reason."""
    limit = int(number("reading", "limits.json_record_mib")) << 20
    index = 0
    for line, text in rows:
        text = text.strip().strip("\ufeff")
        if not text:
            continue
        if len(text) > limit:
            yield Found(index, line, None, "spoiled-record", f"the line has {len(text)} characters, at most {limit} are read")
        else:
            yield _line(index, line, text)
        index += 1


def _line(index: int, line: int, text: str) -> Found:
    try:
        return Found(index, line, _DECODER.decode(text.rstrip(",")))
    except RecursionError:
        return Found(index, line, None, "too-deep", "the record nests deeper than the parser allows")
    except ValueError as error:
        return Found(index, line, None, "spoiled-record", _explain(error, text, 0))


class _Resync:
    """Finder of the next record after a spoiled one, by the indentation or the field names of the records read so far."""

    def __init__(self, text: str, first: int) -> None:
        self.text = text
        start = text.rfind("\n", 0, first) + 1
        indent = text[start:first]
        own_line = first < len(text) and text[first] == "{" and not indent.strip() and start > 0
        self.pattern = re.compile(rf"\n{re.escape(indent)}(?=\{{)") if own_line else _NEXT_RECORD
        self.keys: set[str] = set()
        self.checks = not own_line

    def learn(self, value: Any) -> None:
        if not self.keys and isinstance(value, dict):
            self.keys = set(value)

    def after(self, at: int) -> int:
        """Return where the next record begins, -1 if there is none.

        Without line structure a candidate counts only if it parses and has fields of the records before, for it may be an object from
        the inside of the spoiled one.
        """
        tries = int(number("reading", "limits.json_failures"))
        found = self.pattern.search(self.text, at + 1)
        while found and tries:
            if not self.checks or self._plausible(found.end()):
                return found.end()
            tries -= 1
            found = self.pattern.search(self.text, found.end())
        return -1

    def _plausible(self, at: int) -> bool:
        try:
            value, _ = _DECODER.raw_decode(self.text, at)
        except (ValueError, RecursionError):
            return False
        return not self.keys or (isinstance(value, dict) and len(self.keys & set(value)) * 2 >= len(self.keys))


def array(text: str, start: int = 0) -> Iterator[Found]:
    """Yield the records of a JSON array whose `[` has been passed at `start`, or of concatenated objects; salvage what is spoiled.

    After a record that does not parse, reading goes on at the next one; if the text ends inside a record its reason is `truncated`.
    """
    at = _skip(text, start)
    resync, failures, index = _Resync(text, at), 0, 0
    line, counted = text.count("\n", 0, at) + 1, at
    while at < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            failures += 1
            following = resync.after(at) if failures <= number("reading", "limits.json_failures") else -1
            reason = "spoiled-record" if following >= 0 else "truncated"
            yield Found(index, line, None, "too-deep" if isinstance(error, RecursionError) else reason, _explain(error, text, at))
            if following < 0:
                return
            index, at = index + 1, following
            continue
        resync.learn(value)
        yield Found(index, line, value)
        index, at = index + 1, _skip(text, end)
    if at >= len(text) and start > 0:
        yield Found(index, line, None, "truncated", "the array is not closed; every record before its end was read")


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def document(text: str) -> Iterator[Found]:
    """Yield the records of a whole JSON document: an array, an object that wraps one, an object of records by id, or one record."""
    at = _skip(text, 0)
    if text[at : at + 1] == "[":
        yield from array(text, at + 1)
        return
    try:
        value, end = _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError) as error:
        inner = re.match(r"\s*\{\s*\"[^\"]{1,40}\"\s*:\s*\[\s*(?=\{)", text)
        if inner:
            yield from array(text, inner.end())
        else:
            reason = "too-deep" if isinstance(error, RecursionError) else "spoiled-record"
            yield Found(0, 1, None, reason, _explain(error, text, at))
        return
    if _skip(text, end) < len(text):
        yield from array(text, 0)
        return
    for index, item in enumerate(_unwrapped(value)):
        yield Found(index, 1, item)


def _unwrapped(value: Any) -> list[Any]:
    if not isinstance(value, dict):
        return [value]
    for key in _WRAPPERS:
        inner = value.get(key)
        if isinstance(inner, list) and inner and all(isinstance(x, list) or (isinstance(x, dict) and _holds_list(x)) for x in inner):
            return inner
    inner = list(value.values())
    if len(inner) > 1 and all(isinstance(x, dict) and _holds_list(x) for x in inner):
        return [{"id": key, **item} for key, item in value.items()]
    return [value]


def _holds_list(item: dict[str, Any]) -> bool:
    return any(isinstance(v, list) and v for v in item.values())
