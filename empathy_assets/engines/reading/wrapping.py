"""Wrappers of records: the objects in which publishers put the list of their records.

Lives here: the records of a parsed document. Must not live here: parsing (salvage), what a record means (shapes).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from typing import Any

from empathy_assets.engines.reading.fields import first, folded
from empathy_assets.policy.load import number

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


def unwrapped(value: Any, depth: int = 0) -> list[Any]:
    """Return the records of a document: those of the list or lists it wraps, those it keeps by their id, or itself as the only one."""
    if not isinstance(value, dict):
        return [value]
    found: list[Any] = []
    rows = _rows(value)
    if rows:
        return rows
    for key in _WRAPPERS:
        inner = value.get(key)
        if isinstance(inner, list) and is_records(inner):
            found.extend(inner)
        elif isinstance(inner, dict) and depth < number("reading", "limits.nesting") and len(more := unwrapped(inner, depth + 1)) > 1:
            found.extend(more)
    if found:
        return found
    members = list(value.values())
    if len(members) > 1 and all(isinstance(x, dict) and holds_list(x) for x in members):
        return [{"id": key, **item} for key, item in value.items()]
    if len(members) > 1 and all(isinstance(x, list) and len(x) > 1 and all(map(_is_turn, x)) for x in members):
        return [{"id": key, "turns": item} for key, item in value.items()]
    return [value]


def _rows(value: dict[str, Any]) -> list[Any]:
    """Return the rows of a table that was written column by column, empty if the object is none."""
    columns = list(value.values())
    if len(columns) < 2 or not all(isinstance(column, dict) and column and column.keys() == columns[0].keys() for column in columns):
        return []
    if any(isinstance(cell, dict | list) for column in columns for cell in column.values()):
        return []
    return [{name: column[key] for name, column in value.items()} for key in columns[0]]


def is_records(items: list[Any]) -> bool:
    """Return whether the items of a list are records, each with turns of its own, rather than the turns of one."""
    if not items or not all(isinstance(x, list | dict) for x in items):
        return False
    return all(isinstance(x, list) or holds_list(x) for x in items) or not any(isinstance(x, dict) and has_speaker(x) for x in items)


def has_speaker(item: dict[str, Any]) -> bool:
    """Return whether an object names who speaks, as a turn does."""
    fields = folded(item)
    return bool(first(fields, "turn_role", (str, int, dict))[0] or first(fields, "turn_speaker", (str, int, dict))[0])


def holds_list(item: dict[str, Any]) -> bool:
    """Return whether an object has a field that is a list with something in it."""
    return any(isinstance(v, list) and v for v in item.values())


def _is_turn(item: Any) -> bool:
    return isinstance(item, str) or (isinstance(item, dict) and not holds_list(item))
