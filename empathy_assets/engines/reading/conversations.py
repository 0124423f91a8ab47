"""Conversation corpora: files of any published shape to conversation rows, streamed.

Lives here: telling JSON from lines from tables, and the making of the row. Must not live here: the shapes themselves.
"""

# JSON of strangers is untyped; every value is checked before it is used.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from empathy_assets.engines.reading import salvage
from empathy_assets.engines.reading.chatlog import chat_logs
from empathy_assets.engines.reading.columns import Placed, conversations
from empathy_assets.engines.reading.common_shape import common_dialogue
from empathy_assets.engines.reading.dialect import dialect_of
from empathy_assets.engines.reading.fields import first, folded
from empathy_assets.engines.reading.labels import labels_of, record_id
from empathy_assets.engines.reading.result import Block, FileContext, ReadError, Row
from empathy_assets.engines.reading.shapes import Dialogue, dialogues
from empathy_assets.engines.reading.tabular import Table
from empathy_assets.engines.reading.text import decode, encoding_of
from empathy_assets.engines.reading.threads import in_thread_order
from empathy_assets.engines.reading.turn_lines import reader_of

_HEAD = 1 << 16
_CHUNK = 1 << 20
_PIECE = 1 << 22
_BATCH_ROWS = 4_000
_BATCH_CHARS = 1 << 23
_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
_NO_TURNS = ReadError("no-turns", "this part of the text names no speakers")
_ROLE_LINE = re.compile(r"(?:therapist|client|patient|counsell?or|user|assistant|human|bot)\t(?:[\d:.]+\t)?[^\t\n]*\n", re.IGNORECASE)
_STAMPED_LOG = re.compile(r"\[\d{1,4}[/.:-]")
_PRINTED_LINE = re.compile(r"\s*[\[{]\s*$")

Item = Row | list[Placed]
"""What a part of a file gives: its reject, or its dialogues."""


def read(path: Path, context: FileContext) -> Iterator[Row | Block]:
    """Yield the conversations and rejects of one corpus file.

    Raises:
        ReadError: The file as a whole is none (`empty-file`, `unknown-kind`, `unknown-shape`).
    """
    yield from blocks(context, _items(path, context))


def _items(path: Path, context: FileContext) -> Iterator[Item]:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise ReadError("empty-file", f"{len(head)} bytes, none of them text")
    text = decode(head).lstrip("\ufeff \t\n")
    suffix = PurePosixPath(context.relative).suffix.lower()
    if (text[:1] in "[{" and not text.startswith("[INST]") and not _STAMPED_LOG.match(text)) or suffix in _JSON_SUFFIXES:
        yield from _json_rows(path, context, text, suffix)
    elif by_line := reader_of(*(text.split("\n", 2)[:2])) or reader_of(text[: text.rfind("\n")].rsplit("\n", 1)[-1]):
        for first, last, item in by_line(_text_lines(path)):
            yield _placed(context, item, "line", first, last)
    else:
        yield from _table_rows(path, context, text, suffix)


def _json_rows(path: Path, context: FileContext, head: str, suffix: str) -> Iterator[Item]:
    by_line = _is_lines(head, suffix)
    found = salvage.lines(_text_lines(path)) if by_line else salvage.document(_text_pieces(path))
    unit = "line" if by_line else "record"
    sessions: dict[str, tuple[int, int, list[Any], dict[str, Any]]] = {}
    for item in found:
        if item.reason:
            yield context.reject(item.reason, item.detail, item.position)
            continue
        common = common_dialogue(item.value)
        key = _turn_session(item.value) if common is None else None
        if key is None:
            yield _record_dialogues(context, item, unit, common)
            continue
        place = item.line if unit == "line" else item.index
        first, _, turns, labels = sessions.get(key, (place, place, [], labels_of(folded(item.value))))
        turns.append(item.value)
        sessions[key] = (first, place, turns, labels)
    for key, (first, last, turns, labels) in sessions.items():
        yield _session(context, key, turns, labels, (unit, first, last))


def _session(context: FileContext, key: str, turns: list[Any], labels: dict[str, Any], place: tuple[str, int, int]) -> Item:
    """Return the one dialogue whose turns stood in records of their own."""
    try:
        found = next(dialogues(in_thread_order(turns)))
        item: Dialogue | ReadError = Dialogue(found.turns, key, labels)
    except ReadError as error:
        item = error
    return _placed(context, item, *place)


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


def _table_rows(path: Path, context: FileContext, head: str, suffix: str) -> Iterator[Item]:
    if (suffix not in (".csv", ".tsv") or _ROLE_LINE.match(head)) and any(turns for _, _, turns in chat_logs(head)):
        for first, last, turns in chat_logs(decode(path.read_bytes())):
            yield _placed(context, Dialogue(turns) if turns else _NO_TURNS, "line", first, last)
        return
    if b"\x00" in head.encode("utf-8", "replace")[:_HEAD] and suffix not in (".csv", ".tsv", ".txt"):
        raise ReadError("unknown-kind", "binary content, expected JSON, JSON lines, CSV or TSV")
    with path.open("rb") as stream:
        table = Table(io.TextIOWrapper(stream, encoding=_stream_encoding(path), errors="replace", newline=""), dialect_of(head))
        for first, last, item in table.dialogues():
            yield _placed(context, item, "row", first, last)


def _placed(context: FileContext, item: Dialogue | ReadError, unit: str, first: int, last: int) -> Item:
    position = f"{unit} {first}" if first == last else f"{unit}s {first}-{last}"
    if isinstance(item, ReadError):
        return context.reject(item.reason, item.detail, position)
    return [Placed(item, unit, first, last, position)]


def blocks(context: FileContext, items: Iterable[Item]) -> Iterator[Row | Block]:
    """Yield rejects and conversations, some thousands of dialogues at a time; an error of `items` is raised behind what came before it."""
    source = iter(items)
    while True:
        batch, error = _batch(source)
        if batch:
            yield from _made(context, batch)
        if error is not None:
            raise error
        if not batch:
            return


def _made(context: FileContext, batch: list[Row | Placed]) -> Iterator[Row | Block]:
    placed = [item for item in batch if isinstance(item, Placed)]
    try:
        frame, refused = conversations(context, placed)
    except Exception:
        if len(batch) == 1:
            raise
        middle = len(batch) // 2  # what can be read before the one that cannot
        yield from _made(context, batch[:middle])
        yield from _made(context, batch[middle:])
        return
    index = -1
    for item in batch:
        index += isinstance(item, Placed)
        if not isinstance(item, Placed):
            yield item
        elif (why := refused.get(index)) is not None:
            yield context.reject(why.reason, why.detail, item.position)
    if frame.height:
        yield "conversations", frame


def _batch(source: Iterator[Item]) -> tuple[list[Row | Placed], Exception | None]:
    """Return the next rejects and dialogues, none at the end, and the error that ended them."""
    batch: list[Row | Placed] = []
    chars = 0
    try:
        for item in source:
            if isinstance(item, tuple):
                batch.append(item)
                continue
            batch.extend(item)
            chars += sum([len(text) for placed in item for _, text in placed.dialogue.turns])
            if len(batch) >= _BATCH_ROWS or chars >= _BATCH_CHARS:
                break
    except Exception as error:  # what was read before it counts; `blocks` raises it again
        return batch, error
    return batch, None


def _stream_encoding(path: Path) -> str:
    """Return a codec for the whole file, looking at all of it in pieces."""
    with path.open("rb") as stream:
        sample = stream.read(_CHUNK)
        named = encoding_of(sample[: sample.rfind(b"\n") + 1] or sample)
        if named != "utf-8":
            return named
        stream.seek(0)
        return "utf-8" if _is_utf8(stream) else "cp1252"


def _is_utf8(stream: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := stream.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _text_pieces(path: Path) -> Iterator[str]:
    """Yield the text of a file in pieces, with line feeds as line ends; only text that is no UTF-8 is held as a whole."""
    if _stream_encoding(path) not in ("utf-8", "utf-8-sig"):
        yield decode(path.read_bytes())
        return
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8-sig")("replace"), translate=True)
    with path.open("rb") as stream:
        while chunk := stream.read(_PIECE):
            if piece := decoder.decode(chunk):
                yield piece
    yield decoder.decode(b"", final=True)


def _text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, text); a line that is no UTF-8 is read in the code page that fits it."""
    encoding = _stream_encoding(path)
    if encoding.startswith("utf-16") or encoding.startswith("utf-32"):
        yield from enumerate(decode(path.read_bytes()).split("\n"), start=1)
        return
    with path.open("rb") as stream:
        yield from _decoded(enumerate(stream, start=1))


def _decoded(rows: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, str]]:
    for number, row in rows:
        try:
            yield number, row.decode("utf-8")
        except UnicodeDecodeError:
            yield number, decode(row)
