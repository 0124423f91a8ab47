"""Conversation corpora: files of any published shape to conversation rows, streamed.

Lives here: telling JSON from lines from tables, and the making of the row. Must not live here: the shapes themselves.
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path, PurePosixPath

import polars as pl

from empathy_assets.engines.reading.chatlog import chat_logs
from empathy_assets.engines.reading.columns import Placed, conversations
from empathy_assets.engines.reading.dialect import dialect_of
from empathy_assets.engines.reading.json_records import Item, Stretch, json_items, placed
from empathy_assets.engines.reading.result import Block, FileContext, ReadError, Row
from empathy_assets.engines.reading.shapes import Dialogue
from empathy_assets.engines.reading.stream import encoding_of_file, text_lines
from empathy_assets.engines.reading.stretches import Taken, taken
from empathy_assets.engines.reading.tabular import Table
from empathy_assets.engines.reading.text import decode
from empathy_assets.engines.reading.turn_lines import reader_of
from empathy_assets.records.arrow import empty_frame
from empathy_assets.records.conversation import Conversation

_HEAD = 1 << 16
_BATCH_ROWS = 4_000
_BATCH_CHARS = 1 << 23
_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
_NO_TURNS = ReadError("no-turns", "this part of the text names no speakers")
_ROLE_LINE = re.compile(r"(?:therapist|client|patient|counsell?or|user|assistant|human|bot)\t(?:[\d:.]+\t)?[^\t\n]*\n", re.IGNORECASE)
_PLACE = "place"
_STAMPED_LOG = re.compile(r"\[\d{1,4}[/.:-]")


def read(path: Path, context: FileContext) -> Iterator[Row | Block]:
    """Yield the conversations and rejects of one corpus file.

    Raises:
        ReadError: The file as a whole is none (`empty-file`, `unknown-kind`, `unknown-shape`).
    """
    yield from blocks(context, _items(path, context))


def _items(path: Path, context: FileContext) -> Iterator[Item | Stretch]:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise ReadError("empty-file", f"{len(head)} bytes, none of them text")
    text = decode(head).lstrip("\ufeff \t\n")
    suffix = PurePosixPath(context.relative).suffix.lower()
    if (text[:1] in "[{" and not text.startswith("[INST]") and not _STAMPED_LOG.match(text)) or suffix in _JSON_SUFFIXES:
        yield from json_items(path, context, text, suffix)
    elif by_line := reader_of(*(text.split("\n", 2)[:2])) or reader_of(text[: text.rfind("\n")].rsplit("\n", 1)[-1]):
        for first, last, item in by_line(text_lines(path)):
            yield placed(context, item, "line", first, last)
    else:
        yield from _table_rows(path, context, text, suffix)


def _table_rows(path: Path, context: FileContext, head: str, suffix: str) -> Iterator[Item]:
    if (suffix not in (".csv", ".tsv") or _ROLE_LINE.match(head)) and any(turns for _, _, turns in chat_logs(head)):
        for first, last, turns in chat_logs(decode(path.read_bytes())):
            yield placed(context, Dialogue(turns) if turns else _NO_TURNS, "line", first, last)
        return
    if b"\x00" in head.encode("utf-8", "replace")[:_HEAD] and suffix not in (".csv", ".tsv", ".txt"):
        raise ReadError("unknown-kind", "binary content, expected JSON, JSON lines, CSV or TSV")
    with path.open("rb") as stream:
        table = Table(io.TextIOWrapper(stream, encoding=encoding_of_file(path), errors="replace", newline=""), dialect_of(head))
        for first, last, item in table.dialogues():
            yield placed(context, item, "row", first, last)


def blocks(context: FileContext, items: Iterable[Item | Stretch]) -> Iterator[Row | Block]:
    """Yield rejects and conversations, some thousands of dialogues at a time; an error of `items` is raised behind what came before it."""
    source = iter(items)
    while True:
        batch, error = _batch(source)
        if plain := [item for item in batch if not isinstance(item, Stretch)]:
            yield from _made(context, plain)
        for item in batch[len(plain) :]:
            if isinstance(item, Stretch):
                yield from _stretched(context, item)
        if error is not None:
            raise error
        if not batch:
            return


def _made(context: FileContext, batch: list[Row | Placed]) -> Iterator[Row | Block]:
    """Yield the rejects of a batch, then its conversations."""
    for done in _decided(context, list(enumerate(batch))):
        if isinstance(done, pl.DataFrame):
            yield "conversations", done.drop(_PLACE)
        else:
            yield done[1]


def _decided(context: FileContext, parts: list[tuple[int, Row | Placed]]) -> Iterator[tuple[int, Row] | pl.DataFrame]:
    """Yield the rejects among parts with the number each part came with, and frames of conversations with that number as a column."""
    dialogues = [(number, item) for number, item in parts if isinstance(item, Placed)]
    try:
        frame, refused = conversations(context, [item for _, item in dialogues])
    except Exception:
        if len(parts) == 1:
            raise
        middle = len(parts) // 2  # what can be read before the one that cannot
        yield from _decided(context, parts[:middle])
        yield from _decided(context, parts[middle:])
        return
    index = -1
    for number, item in parts:
        index += isinstance(item, Placed)
        if not isinstance(item, Placed):
            yield number, item
        elif (why := refused.get(index)) is not None:
            yield number, context.reject(why.reason, why.detail, item.position)
    if frame.height:
        kept = [number for place, (number, _) in enumerate(dialogues) if place not in refused]
        yield frame.with_columns(pl.Series(_PLACE, kept, dtype=pl.Int64))


def _stretched(context: FileContext, stretch: Stretch) -> Iterator[Row | Block]:
    """Yield the rejects of a stretch of lines, then its conversations, both in the order of its records."""
    found = stretch.found
    try:
        done = taken(context, found)
    except Exception:  # one text of thousands: the ordinary way finds out which
        done = Taken(empty_frame(Conversation), [], {}, list(range(found.height)))
    numbers: list[int] = found["index"].to_list()
    rejects: list[tuple[int, Row]] = [
        (numbers[row], context.reject(why.reason, why.detail, _alone(found, row).position)) for row, why in done.refused.items()
    ]
    frames = [done.frame.with_columns(pl.Series(_PLACE, [numbers[row] for row in done.kept], dtype=pl.Int64))]
    left: list[tuple[int, Item]] = [(numbers[row], [_alone(found, row)]) for row in done.left]
    odd = sorted([*stretch.others, *left], key=itemgetter(0))
    failed: Exception | None = None
    try:
        for part in _decided(context, [(number, one) for number, item in odd for one in (item if isinstance(item, list) else [item])]):
            if isinstance(part, pl.DataFrame):
                frames.append(part)
            else:
                rejects.append(part)
    except Exception as error:  # raised behind what the stretch gave
        failed = error
    yield from (reject for _, reject in sorted(rejects, key=itemgetter(0)))
    if any(frame.height for frame in frames):
        yield "conversations", pl.concat(frames).sort(_PLACE, maintain_order=True).drop(_PLACE)
    if failed is not None:
        raise failed


def _alone(found: pl.DataFrame, row: int) -> Placed:
    """Return one dialogue of a stretch by itself."""
    index, line, record_id, speakers, texts = found.select("index", "line", "record_id", "speakers", "texts").row(row)
    dialogue = Dialogue(list(zip(speakers, texts, strict=True)), record_id)
    return Placed(dialogue, "line", line, line, f"record {index}, line {line}", index)


def _batch(source: Iterator[Item | Stretch]) -> tuple[list[Row | Placed | Stretch], Exception | None]:
    """Return the next rejects and dialogues, none at the end, and the error that ended them; a stretch is the last of its batch."""
    batch: list[Row | Placed | Stretch] = []
    chars = 0
    try:
        for item in source:
            if isinstance(item, tuple | Stretch):
                batch.append(item)
                if isinstance(item, Stretch):
                    break
                continue
            batch.extend(item)
            chars += sum([len(text) for placed in item for _, text in placed.dialogue.turns])
            if len(batch) >= _BATCH_ROWS or chars >= _BATCH_CHARS:
                break
    except Exception as error:  # what was read before it counts; `blocks` raises it again
        return batch, error
    return batch, None
