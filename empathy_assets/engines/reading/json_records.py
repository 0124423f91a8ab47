"""JSON corpora to dialogues: whole documents and JSON lines, records of one dialogue, of several, or of a single turn.

Lives here: telling lines from documents, gathering turns that stand in records of their own, the stretches of lines that fit a template.
Must not live here: finding records in spoiled text (salvage), the shapes of records (shapes), rows (columns, stretches).
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import polars as pl

from empathy_assets.engines.reading import salvage
from empathy_assets.engines.reading.columns import Placed
from empathy_assets.engines.reading.common_shape import common_dialogue
from empathy_assets.engines.reading.fields import first, folded
from empathy_assets.engines.reading.labels import labels_of, record_id
from empathy_assets.engines.reading.result import FileContext, ReadError, Row
from empathy_assets.engines.reading.shapes import Dialogue, dialogues
from empathy_assets.engines.reading.stream import decoded, encoding_of_file, text_lines, text_pieces
from empathy_assets.engines.reading.threads import in_thread_order
from empathy_assets.engines.reading.uniform import Template, template_of

_PRINTED_LINE = re.compile(r"\s*[\[{]\s*$")
_BLOCK = 1 << 23  # bytes of lines looked at together
_TRIES = 8  # lines at the head of a file of which one may be whole
_WORTH = 0.5  # share of lines that fit a template from which on it saves work


Item = Row | list[Placed]
"""What a part of a file gives: its reject, or its dialogues."""


@dataclass(frozen=True)
class Stretch:
    """Many lines read together.

    Attributes:
        found: What the lines that fit the template hold: `index`, `line`, `record_id`, `speakers`, `texts`.
        others: Record number -> what the other lines between them gave.
    """

    found: pl.DataFrame
    others: list[tuple[int, Item]]


def json_items(path: Path, context: FileContext, head: str, suffix: str) -> Iterator[Item | Stretch]:
    """Yield what a JSON file gives, in the order of its records; turns that stand in records of their own come last, as dialogues.

    Args:
        path: The file.
        context: The same file, as its records name it.
        head: The beginning of its text.
        suffix: The suffix of its name, lower case.
    """
    by_line = _is_lines(head, suffix)
    gathered = _Gathered(context, "line" if by_line else "record")
    template = _template(head) if by_line else None
    if template is not None and encoding_of_file(path) == "utf-8":
        with path.open("rb") as stream:
            yield from _by_template(stream, template, gathered)
    else:
        found = salvage.lines(text_lines(path)) if by_line else salvage.document(text_pieces(path))
        for item in found:
            yield from gathered.taken(item)
    yield from gathered.ended()


def _template(head: str) -> Template | None:
    """Return the template of the first of the first lines that has one."""
    rows = [row for row in head.split("\n", _TRIES)[:_TRIES] if row.strip()]
    return next(filter(None, map(template_of, rows)), None)


def _by_template(stream: BinaryIO, template: Template, gathered: _Gathered) -> Iterator[Item | Stretch]:
    """Yield what JSON lines give; as soon as too few of them fit the template, the rest is read one by one.

    A line that fits is a whole record, which no line beside it can change. Of the other lines one may go on in the next: those at the end
    of a block wait for the block that follows.
    """
    index, line = 0, 1
    waiting: list[bytes] = []
    while True:
        fresh = stream.readlines(_BLOCK)
        rows = waiting + fresh
        lines = pl.Series(rows, dtype=pl.Binary).cast(pl.String)
        fits = template.fits(lines)
        found = _columns(template, lines, fits)
        if found is None:
            for item in salvage.lines(decoded(enumerate(chain(rows, stream), start=line)), index):
                yield from gathered.taken(item)
            return
        places = fits.arg_true().to_numpy().astype(np.int64)
        stop = int(places[-1]) + 1 if fresh else len(rows)
        numbers: list[int] = []
        others: list[tuple[int, Item]] = []
        for fit, run in groupby(range(stop), key=fits.to_list().__getitem__):
            if fit:
                before, index = index, index + len(list(run))
                numbers += range(before, index)
                continue
            for item in salvage.lines(decoded((line + place, rows[place]) for place in run), index):
                others += [(item.index, given) for given in gathered.taken(item)]
                index = item.index + 1
        yield Stretch(found.with_columns(pl.Series("index", numbers, dtype=pl.Int64), pl.Series("line", places + line)), others)
        if not fresh:
            return
        waiting, line = rows[stop:], line + stop


def _columns(template: Template, lines: pl.Series, fits: pl.Series) -> pl.DataFrame | None:
    """Return the columns of the lines that fit, None where it is not worth while: too few do, or they do not parse after all."""
    if not fits.any() or fits.sum() < _WORTH * len(lines):
        return None
    try:
        return template.columns(lines.filter(fits))
    except pl.exceptions.PolarsError:
        return None


@dataclass
class _Gathered:
    """Records on their way to dialogues; turns that stand in records of their own wait for the end of the file."""

    context: FileContext
    unit: str
    sessions: dict[str, tuple[int, int, list[Any], dict[str, Any]]] = field(default_factory=dict)

    def taken(self, item: salvage.Found) -> Iterator[Item]:
        """Yield what a record gives at once."""
        if item.reason:
            yield self.context.reject(item.reason, item.detail, item.position)
            return
        common = common_dialogue(item.value)
        key = _turn_session(item.value) if common is None else None
        if key is None:
            yield _record_dialogues(self.context, item, self.unit, common)
            return
        place = item.line if self.unit == "line" else item.index
        first, _, turns, labels = self.sessions.get(key, (place, place, [], labels_of(folded(item.value))))
        turns.append(item.value)
        self.sessions[key] = (first, place, turns, labels)

    def ended(self) -> Iterator[Item]:
        """Yield the dialogues whose turns stood in records of their own."""
        for key, (begin, last, turns, labels) in self.sessions.items():
            try:
                found = next(dialogues(in_thread_order(turns)))
                item: Dialogue | ReadError = Dialogue(found.turns, key, labels)
            except ReadError as error:
                item = error
            yield placed(self.context, item, self.unit, begin, last)


def _turn_session(value: Any) -> str | None:
    """Return the session a record belongs to if the record is a single turn, else None."""
    if not isinstance(value, dict):
        return None
    fields = folded(value)
    has_role = first(fields, "turn_role")[0] or first(fields, "turn_speaker")[0]
    has_more = first(fields, "turn_lists", (list, dict))[0] or first(fields, "replies", (list, dict))[0]
    if not has_role or not first(fields, "turn_text")[0] or has_more:
        return None
    return record_id({k: v for k, v in fields.items() if k not in ("id", "uid", "uuid")})


def _is_lines(head: str, suffix: str) -> bool:
    """Return whether a JSON file holds one record per line rather than one document."""
    rows = [row for row in head.split("\n", 3)[:3] if row.strip()]
    if not rows or _PRINTED_LINE.match(rows[0]) or rows[0].rstrip() in ("[", "{"):
        return False
    first = next(salvage.lines(iter([(1, rows[0])])))
    if not first.reason:
        return len(rows) > 1 and rows[1].lstrip()[:1] in '[{"n'
    return not rows[0].startswith("[") and (suffix in (".jsonl", ".ndjson") or (len(rows) > 1 and rows[1].startswith("{")))


def _record_dialogues(context: FileContext, found: salvage.Found, unit: str, common: Dialogue | None) -> Row | list[Placed]:
    """Return the dialogues of a record, or its reject."""
    place = found.line if unit == "line" else found.index
    try:
        items = [common] if common is not None else list(dialogues(found.value))
    except ReadError as error:
        return context.reject(error.reason, error.detail, found.position)
    return [Placed(item, unit, place, place, found.position, found.index) for item in items]


def placed(context: FileContext, item: Dialogue | ReadError, unit: str, first: int, last: int) -> Item:
    """Return the one dialogue of a part of a file, or its reject."""
    position = f"{unit} {first}" if first == last else f"{unit}s {first}-{last}"
    if isinstance(item, ReadError):
        return context.reject(item.reason, item.detail, position)
    return [Placed(item, unit, first, last, position)]
