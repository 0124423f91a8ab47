"""Rows of a stretch of lines that fit one template: columns in, one frame out, and which lines have to go the ordinary way.

Lives here: roles, plain texts and language of many dialogues that lie in columns. Must not live here: ids and the making of the row
(columns), single dialogues. For every dialogue taken here the result is that of `columns.conversations`.
"""

# The compute functions of numpy and polars on object columns carry few types.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from empathy_assets.engines.reading.columns import Refused, not_english, table_of
from empathy_assets.engines.reading.language import is_english
from empathy_assets.engines.reading.result import FileContext
from empathy_assets.engines.reading.roles import plain_column, sides
from empathy_assets.policy.load import number

_SEPARATOR = "\x1f"  # no speaker of a template's line holds it


@dataclass(frozen=True)
class Taken:
    """What became of a stretch: rows of `frame` are those of `kept`, in order; every other row is refused or left.

    Attributes:
        frame: Conversation rows.
        kept: Indices of the stretch's rows that gave them.
        refused: Index -> why there is no row.
        left: Indices of rows that the ordinary way has to look at.
    """

    frame: pl.DataFrame
    kept: list[int]
    refused: dict[int, Refused]
    left: list[int]


def taken(context: FileContext, found: pl.DataFrame) -> Taken:
    """Return the rows of a stretch.

    Args:
        context: The file.
        found: `index` (number of the record), `line`, `record_id`, and the lists `speakers` and `texts`, which are as long as each other.
    """
    rows = found.with_columns(_sided(found["speakers"]).alias("roles"), found["texts"].list.len().alias("length"))
    texts = plain_column(found["texts"].list.explode(empty_as_null=False))
    owner = np.repeat(np.arange(rows.height), rows["length"].to_numpy())
    left = (rows["roles"] == "").to_numpy().copy()
    left[owner[((texts == "") | texts.str.contains("{{", literal=True)).to_numpy()]] = True
    rows, texts, owner = rows.filter(~left), texts.filter(~left[owner]), owner[~left[owner]]
    who = rows["roles"].str.split(_SEPARATOR).list.explode(empty_as_null=False)
    refused = _foreign(pl.DataFrame({"row": owner, "role": who, "text": texts}))
    stays = ~np.isin(owner, list(refused)) if refused else np.ones(len(owner), dtype=bool)
    indices = np.flatnonzero(~left)
    good = rows.filter(~np.isin(indices, list(refused)))
    line = good["line"].cast(pl.Float64)
    anchor = good.select(pl.format("record {}, line {}", "index", "line")).to_series()
    own = {"unit": ["line"] * good.height, "start": line, "end": line, "anchor": anchor, "record_id": good["record_id"]}
    frame = table_of(context, (who.filter(stays), texts.filter(stays)), good["length"].to_numpy().astype(np.int64), own)
    kept: list[int] = np.setdiff1d(indices, list(refused)).tolist()
    rest: list[int] = np.flatnonzero(left).tolist()
    return Taken(frame, kept, refused, rest)


def _sided(speakers: pl.Series) -> pl.Series:
    """Return the roles of each dialogue's turns, joined; empty where more than the names decides, see `roles.sides`."""
    joined = speakers.list.join(_SEPARATOR)
    known = {names: _SEPARATOR.join(sides(tuple(names.split(_SEPARATOR)))) for names in joined.unique().to_list()}
    return joined.replace_strict(list(known), list(known.values()), return_dtype=pl.String)


def _foreign(turns: pl.DataFrame) -> dict[int, Refused]:
    """Return why dialogues in another language than English give no row, by their `row`."""
    sample = int(number("reading", "language.sample_chars"))
    spoken = turns.filter(pl.col("role") != "system").with_columns(pl.col("text").str.head(sample))
    heads = spoken.group_by("row", maintain_order=True).agg(pl.col("text").str.join("\n"))
    found: dict[int, Refused] = {}
    for row, text in heads.iter_rows():
        english, code = is_english(text)
        if not english:
            found[row] = not_english(code)
    return found
