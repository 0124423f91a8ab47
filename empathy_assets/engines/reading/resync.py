"""Resynchronisation: where the next record begins after one that does not parse.

Lives here: the marks by which records of a file are known again. Must not live here: parsing (lenient), reading on (salvage).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import json
import re
from typing import Any

from empathy_assets.engines.reading.lenient import value_at
from empathy_assets.policy.load import number

_OPENING = re.compile(r'\{\s*["\'}]')
_LIST_OPENING = re.compile(r"(?<=[\],])\s*\[")
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:')
_CLOSING = re.compile(r"\s*(?:$|[,\]{])")
_SEPARATORS = re.compile(r"[\s,]*")
_INNER_END = re.compile(r"\]\s*[,}]")
_MIN_SHARE = 0.5
_SIBLINGS = 3


def lost_at(text: str, at: int, error: Exception) -> int:
    """Return where the parser lost its way in the record at `at`: the string before its error, which a lost quote has made too long."""
    if not isinstance(error, json.JSONDecodeError):
        return at + 1
    last = text.rfind('"', at, error.pos)
    return max(text.rfind('"', at, last) if last > at else last, at + 1)


class Resync:
    """Finder of the next record, by the indentation or the field names of the records read so far."""

    def __init__(self, text: str, first: int) -> None:
        first += len(text[first:]) - len(text[first:].lstrip()) if first < len(text) and text[first].isspace() else 0
        start = text.rfind("\n", 0, first) + 1
        indent = text[start:first]
        own_line = text[first : first + 1] == "{" and not indent.strip() and start > 0
        self._own_line = re.compile(rf"\n{re.escape(indent)}(?=\{{)") if own_line else None
        self._fields: dict[str, bool] = {}
        self._lists = text[first : first + 1] == "["

    def learn(self, value: Any) -> None:
        """Keep the field names of a good record, and which of them hold lists or objects."""
        if isinstance(value, dict) and value:
            self._fields = {str(key): isinstance(inner, list | dict) for key, inner in value.items()}

    def after(self, text: str, at: int, error: Exception) -> int:
        """Return where the record after the spoiled one at `at` begins, -1 if there is none.

        The search begins at the string in which the parser lost its way, for a lost quote makes it run into the next record. A candidate
        counts only if it looks like the records before, because it may be an object from the inside of the spoiled one.
        """
        low = lost_at(text, at, error)
        if self._own_line is not None and text[at] == "{":
            found = self._own_line.search(text, low)
            return found.end() if found else -1
        if self._lists:
            found = _LIST_OPENING.search(text, low)
            return found.end() - 1 if found else -1
        known = self._fields or dict.fromkeys(_KEY.findall(text, at, min(low, at + 4096))[:1], False)
        tries = int(number("reading", "limits.json_failures"))
        found = _OPENING.search(text, low)
        while found and tries:
            if self._like_a_record(text, found.start(), known):
                return found.start()
            tries -= 1
            found = _OPENING.search(text, found.start() + 1)
        return -1

    def _like_a_record(self, text: str, at: int, known: dict[str, bool]) -> bool:
        try:
            value, end = value_at(text, at)
        except RecursionError:
            return False
        except ValueError as error:
            return self._begins_like_one(text, at, error)
        if not isinstance(value, dict) or not _CLOSING.match(text, end):
            return False
        if not known:
            return bool(value) and _stands_outside(text, end)
        shared = [key for key in value if key in known]
        if len(shared) < _MIN_SHARE * len(known) if self._fields else not shared:
            return False
        nested = [key for key, inner in known.items() if inner]
        return not nested or any(isinstance(value.get(key), list | dict) for key in nested) or len(shared) == len(known)

    def _begins_like_one(self, text: str, at: int, error: ValueError) -> bool:
        """Return whether a candidate that is itself spoiled opens with the field the records open with and goes beyond it."""
        stop = error.pos if isinstance(error, json.JSONDecodeError) else at
        keys = _KEY.findall(text, at, min(stop, at + 4096))
        return bool(self._fields) and bool(keys) and keys[0] == next(iter(self._fields)) and text[:at].rstrip()[-1:] in ("}", "]", ",", '"')


def _stands_outside(text: str, end: int) -> bool:
    """Return whether the records that follow are followed by the end of the text rather than of a list inside a record."""
    for _ in range(_SIBLINGS):
        rest = _SEPARATORS.match(text, end)
        end = rest.end() if rest else end
        if text[end : end + 1] == "]":
            return not _INNER_END.match(text, end)
        try:
            _, end = value_at(text, end)
        except (ValueError, RecursionError):
            return True
    return True
