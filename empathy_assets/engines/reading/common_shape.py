"""The common shape of a conversation record: one list of objects with a speaker and a text each, told by the field names alone.

Lives here: the short way from such a record to its dialogue. Must not live here: any other shape; a record that is not wholly understood is
handed back, and `shapes.dialogues` gives for every record understood here exactly what is returned here.
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from empathy_assets.engines.reading.fields import folded, names, plain
from empathy_assets.engines.reading.labels import labels_of, record_id
from empathy_assets.engines.reading.shapes import Dialogue
from empathy_assets.engines.reading.turns import ESCAPED_COMMA

_MOST_FIELDS = 64
_PLANS = 1024
_OTHER_SHAPES = frozenset({"mapping"})
_OTHER_ITEMS = frozenset({"subtype", "type", "history", "candidates"})
_SURVEY = frozenset({"surveyscore"})


@dataclass(frozen=True)
class _Plan:
    """Where a record with certain field names has its turns and its ids (plain name, field), and whether it may state labels."""

    turns: str
    ids: tuple[tuple[str, str], ...]
    labelled: bool


def common_dialogue(record: Any) -> Dialogue | None:
    """Return the one dialogue of a record of the common shape, None for any other record."""
    if type(record) is not dict or len(record) > _MOST_FIELDS:
        return None
    plan = _plan(tuple(record))
    items = record[plan.turns] if plan is not None else None
    if plan is None or type(items) is not list or set(map(type, items)) != {dict}:
        return None
    shapes = set(map(tuple, items))
    fields = _item_fields(shapes.pop()) if len(shapes) == 1 else None
    if fields is None:
        return None
    who, what = fields
    speakers, texts = [item[who] for item in items], [item[what] for item in items]
    if set(map(type, speakers)) != {str} or set(map(type, texts)) != {str} or not all(speakers):
        return None
    labels = labels_of(folded(record)) if plan.labelled else {}
    said = [text.replace(ESCAPED_COMMA, ",") for text in texts]
    return Dialogue(list(zip(speakers, said, strict=True)), record_id({name: record[key] for name, key in plan.ids}), labels)


def common_fields(record: Any) -> tuple[str, str, str, tuple[str, ...]] | None:
    """Return the fields of turns, speaker, text and own ids of a record of the common shape that states no labels; None for any other."""
    if common_dialogue(record) is None:
        return None
    plan = _plan(tuple(record))
    fields = _item_fields(tuple(record[plan.turns][0])) if plan is not None and not plan.labelled else None
    return None if plan is None or fields is None else (plan.turns, *fields, tuple(key for _, key in plan.ids))


@lru_cache(maxsize=_PLANS)
def _plan(keys: tuple[Any, ...]) -> _Plan | None:
    """Return the plan for records with these fields, None where more than the names decides."""
    found = _by_plain_name(keys)
    lists = [key for name, key in found.items() if name in names("turn_lists")]
    others = _OTHER_SHAPES.union(names("chosen"), names("replies"), names("system"))
    if len(found) < len(keys) or len(lists) != 1 or found.keys() & others:
        return None
    stated = _SURVEY.union(*(names(part) for part in ("topic", "quality", "rating", "liked")))
    return _Plan(lists[0], tuple((name, found[name]) for name in names("record_id") if name in found), bool(found.keys() & stated))


@lru_cache(maxsize=_PLANS)
def _item_fields(keys: tuple[Any, ...]) -> tuple[str, str] | None:
    """Return the fields of speaker and text of turns with these fields, None where more than the names decides."""
    found = _by_plain_name(keys[:_MOST_FIELDS])
    speakers = [key for name, key in found.items() if name in names("turn_role")]
    texts = [key for name, key in found.items() if name in names("turn_text")]
    if len(found) < len(keys) or len(speakers) != 1 or len(texts) != 1 or speakers == texts or found.keys() & _OTHER_ITEMS:
        return None
    return speakers[0], texts[0]


def _by_plain_name(keys: Sequence[Any]) -> dict[str, str]:
    """Return the fields that are text by their plain names; fewer than `keys` where two names are one or a name is no text."""
    return {plain(key): key for key in keys if isinstance(key, str)}
