"""Lines of JSON that all look like the first: told by one expression, parsed as columns, without an object per record.

Lives here: the template of a file and the columns of the lines that fit it. Must not live here: any other line; what fits a template
is a record of the common shape, and its columns hold exactly what `common_shape.common_dialogue` reads off it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from empathy_assets.engines.reading.common_shape import common_fields
from empathy_assets.engines.reading.turns import ESCAPED_COMMA
from empathy_assets.policy.load import number

_BLANK = "[ \t]*"
# No escape of half a surrogate pair: the lenient parser lets it stand alone, no column can hold it.
_CHAR = r'[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u(?:[0-9a-cefA-CEF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}))'
_TEXT = rf'"(?:{_CHAR})*"'
_PLAIN = r'[^"\\\x00-\x1f]'
_INTEGER = r"-?(?:0|[1-9][0-9]{0,17})"
_SCALAR = rf"(?:{_TEXT}|true|false|null|{_INTEGER}(?:\.[0-9]{{1,30}})?(?:[eE][+-]?[0-9]{{1,2}})?)"
_SCALARS = (str, int, float, bool, type(None))
_JSON_BLANKS = " \t\r\n"


@dataclass(frozen=True)
class Template:
    """The look of a file's lines.

    Attributes:
        pattern: What a line must match to be read by the template; it then holds valid JSON with these fields in this order.
        ids: Fields of the record's own id, likeliest first.
        turns: Field of the list of turns.
        speaker: Field of a turn's speaker.
        text: Field of a turn's text.
        integers: The fields of `ids` that hold integers; the others hold texts.
    """

    pattern: str
    ids: tuple[str, ...]
    turns: str
    speaker: str
    text: str
    integers: frozenset[str]

    def fits(self, lines: pl.Series) -> pl.Series:
        """Return a mask of the lines that the template reads."""
        limit = int(number("reading", "limits.json_record_mib")) << 20
        return lines.str.contains(self.pattern) & (lines.str.len_bytes() <= limit)

    def columns(self, lines: pl.Series) -> pl.DataFrame:
        """Return `record_id`, `speakers` and `texts` (lists, a text per turn) of lines that fit."""
        turn = pl.Struct({self.speaker: pl.String, self.text: pl.String})
        ids = {name: pl.Int64 if name in self.integers else pl.String for name in self.ids}
        found = lines.str.json_decode(pl.Struct({self.turns: pl.List(turn), **ids})).struct.unnest()
        each = pl.element().struct
        named = [pl.col(name).cast(pl.String).str.strip_chars() for name in self.ids]
        return found.select(
            pl.coalesce(*(pl.when(name != "").then(name) for name in named), pl.lit("")).alias("record_id"),
            pl.col(self.turns).list.eval(each.field(self.speaker)).alias("speakers"),
            pl.col(self.turns).list.eval(each.field(self.text).str.replace_all(ESCAPED_COMMA, ",", literal=True)).alias("texts"),
        )


def template_of(line: str) -> Template | None:
    """Return the template of a file whose first line this is, None where more than its look decides what its lines mean."""
    try:
        record = json.loads(line.strip(_JSON_BLANKS))
    except (ValueError, RecursionError):
        return None
    found = common_fields(record)
    if found is None:
        return None
    turns, speaker, text, ids = found
    rest = {key: value for key, value in record.items() if key != turns}
    integers = frozenset(key for key in ids if type(rest[key]) is int)
    if not all(isinstance(value, _SCALARS) for value in rest.values()) or any(type(rest[key]) not in (str, int) for key in ids):
        return None
    items = [dict.fromkeys(item) for item in record[turns]]
    if not all(isinstance(value, _SCALARS) for item in record[turns] for value in item.values()):
        return None
    turn = _object(items[0], lambda key: f'"{_PLAIN}+"' if key == speaker else _TEXT if key == text else _SCALAR)
    turn_list = rf"\[{_BLANK}{turn}(?:{_BLANK},{_BLANK}{turn})*{_BLANK}\]"
    own = {turns: turn_list, **{key: _INTEGER if key in integers else f'"{_PLAIN}*"' for key in ids}}
    return Template(rf"^{_object(record, lambda key: own.get(key, _SCALAR))}\r?\n?$", ids, turns, speaker, text, integers)


def _object(fields: dict[str, Any], value: Callable[[str], str]) -> str:
    """Return the expression of an object with these fields in this order."""
    members = [f"{re.escape(json.dumps(key, ensure_ascii=False))}{_BLANK}:{_BLANK}{value(key)}" for key in fields]
    return rf"\{{{_BLANK}" + f"{_BLANK},{_BLANK}".join(members) + rf"{_BLANK}\}}"
