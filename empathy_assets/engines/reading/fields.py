"""Field names of published records: what a publisher calls a thing, brought to the names the policy lists.

Lives here: folding of names and the choice of a field by them. Must not live here: what the values mean.
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from empathy_assets.policy.load import table

_PLAIN = re.compile(r"[^a-z0-9]")


@cache
def names(key: str) -> tuple[str, ...]:
    """Return the field names the policy lists for one part of a record."""
    return tuple(table("reading")["shapes"][key])


@cache
def plain(name: str) -> str:
    """Return a field name as the policy writes it: lower case, letters and digits."""
    return _PLAIN.sub("", name.lower())


def folded(record: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the record with plain field names; the first of two equal names stays."""
    result: dict[str, Any] = {}
    for key, value in record.items():
        result.setdefault(plain(str(key)), value)
    return result


def first(record: Mapping[str, Any], key: str, kinds: type | tuple[type, ...] = str) -> tuple[str, Any]:
    """Return the likeliest field of a part that has a value of the wanted type, as (name, value), or an empty name and None."""
    for name in names(key):
        value = record.get(name)
        if isinstance(value, kinds) and value not in ("", [], {}):
            return name, value
    return "", None


def kind_of(value: Any) -> str:
    """Return in words what stands where something else was expected."""
    return "null" if value is None else f"a {type(value).__name__}" + (f" {str(value)[:40]!r}" if isinstance(value, str) else "")
