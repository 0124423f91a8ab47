"""Conversation rows made many at a time: dialogues in, one frame and the reasons of what was refused out.

Lives here: texts, languages, ids and columns of a batch; a dialogue gives the same whatever stands beside it. Not here: shapes, files.
"""

# The compute functions of pyarrow carry no types.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false, reportUnknownMemberType=false, reportPrivateImportUsage=false

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from empathy_assets.engines.identities import conversation_ids, folded_texts, large_strings
from empathy_assets.engines.reading.identity import dialogue_id_from, dialogue_id_of
from empathy_assets.engines.reading.language import is_english
from empathy_assets.engines.reading.result import FileContext, ReadError
from empathy_assets.engines.reading.roles import Turn, merged, plain_texts, sides
from empathy_assets.engines.reading.shapes import Dialogue
from empathy_assets.policy.load import number
from empathy_assets.records.arrow import polars_schema, set_fields
from empathy_assets.records.conversation import Conversation

_SLOT = re.compile(r"\{\{\s*(?=[^{}]{0,40}[A-Za-z])([\w .-]{1,40}?)\s*\}\}", re.ASCII)
_CLIENT_TURNS, _HEADS = 6, 2  # turns, and times the letters of a sketch, that hold those letters in all but a few dialogues


@dataclass(frozen=True)
class Placed:
    """A dialogue and where it stands; those of one `record` fall together: after one that cannot be read the rest is left out."""

    dialogue: Dialogue
    unit: str
    first: int
    last: int
    position: str
    record: int = -1


@dataclass(frozen=True)
class Refused:
    """Why a dialogue gives no row."""

    reason: str
    detail: str


def not_english(code: str) -> Refused:
    """Return why a dialogue gives no row that reads as the language of this code."""
    return Refused("not-english", f"the conversation reads as `{code or 'unknown'}`")


def without_slots(turns: Sequence[Turn]) -> list[Turn]:
    """Return the turns with the slots of an unfilled template (`{{name}}`) written as masked details are everywhere else (`[NAME_1]`).

    What belongs there is unknown, as it is for a detail that was masked; the rest of the sentence is good.
    """
    return [(role, _SLOT.sub(lambda m: f"[{re.sub('[^A-Z]', '', m[1].upper())}_1]", text)) for role, text in turns]


def conversations(context: FileContext, placed: Sequence[Placed]) -> tuple[pl.DataFrame, dict[int, Refused | None]]:
    """Return the rows of `placed` in order, with the schema of `Conversation`, and by their index those that give none.

    Refused as None: nothing is to be said of it, since the record it belongs to has been refused already.
    """
    refused: dict[int, Refused | None] = {}
    kept: list[int] = []
    roles: list[str] = []
    texts: list[str] = []
    lengths: list[int] = []
    at, broken = 0, -1
    plain = plain_texts([text for item in placed for _, text in item.dialogue.turns])
    for index, item in enumerate(placed):
        begin, at = at, at + len(item.dialogue.turns)
        if item.record == broken >= 0:
            refused[index] = None
            continue
        try:
            who, said = _said(item.dialogue, plain[begin:at])
        except ReadError as error:
            refused[index], broken = Refused(error.reason, error.detail), item.record
            continue
        english, code = is_english("\n".join(said if "system" not in who else [t for r, t in zip(who, said, strict=True) if r != "system"]))
        if not english:
            refused[index] = not_english(code)
            continue
        kept.append(index)
        roles += who
        texts += said
        lengths.append(len(said))
    return _frame(context, [placed[i] for i in kept], (roles, texts, lengths)), refused


def _said(dialogue: Dialogue, texts: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return roles and texts of a dialogue whose texts are plain.

    Raises:
        ReadError: See `roles.merged`.
    """
    speakers = tuple([name for name, _ in dialogue.turns])
    roles: Sequence[str] = sides(speakers) if all(texts) else ()
    if not roles:
        turns = merged(list(zip(speakers, texts, strict=True)))
        roles, texts = [role for role, _ in turns], [text for _, text in turns]
    if "{{" in "\n".join(texts):
        texts = [text for _, text in without_slots(list(zip(roles, texts, strict=True)))]
    return roles, texts


def _frame(context: FileContext, kept: Sequence[Placed], turns: tuple[list[str], list[str], list[int]]) -> pl.DataFrame:
    roles, texts, lengths = turns
    own: dict[str, pl.Series | list[str]] = {
        "unit": [item.unit for item in kept],
        "start": pl.Series([item.first for item in kept], dtype=pl.Float64),
        "end": pl.Series([item.last for item in kept], dtype=pl.Float64),
        "anchor": [item.position for item in kept],
        "record_id": [item.dialogue.record_id for item in kept],
    }
    said = pl.Series("role", roles, dtype=pl.String), pl.Series("content", texts, dtype=pl.String)
    return table_of(context, said, np.asarray(lengths, dtype=np.int64), own, [item.dialogue.labels for item in kept])


def table_of(
    context: FileContext,
    said: tuple[pl.Series, pl.Series],
    lengths: npt.NDArray[np.int64],
    own: Mapping[str, pl.Series | list[str]],
    labels: Sequence[Mapping[str, Any]] = (),
) -> pl.DataFrame:
    """Return conversation rows from their columns.

    Args:
        context: The file.
        said: Role and text of every turn of all conversations, one after another.
        lengths: Turns of each conversation.
        own: `unit`, `start`, `end`, `anchor`, `record_id` of each conversation.
        labels: What each of them states, if any does.
    """
    schema = polars_schema(Conversation)
    if not len(lengths):
        return pl.DataFrame(schema=schema)
    who, content = said
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    folded = folded_texts(content)
    _, row = context.conversation([("user", ""), ("assistant", "")], context.provenance(title=context.stem), {})
    given = pl.DataFrame([row], schema=schema, orient="row").drop("id", "turns")
    made = {"id": conversation_ids(who, folded, ends), "turns": _lists(who, content, ends), "work_id": dialogue_ids(who, folded, ends)}
    frame = (
        pl.DataFrame({**made, **own})
        .join(given, how="cross")
        .with_columns(
            set_fields("provenance", **{n: pl.col(n) for n in ("unit", "start", "end", "anchor", "record_id", "work_id")}),
            set_fields("labels", **_labels(labels, row["labels"], schema["labels"])),
        )
    )
    return frame.select(list(schema))


def _labels(labels: Sequence[Mapping[str, Any]], defaults: dict[str, Any], kind: pl.DataType) -> dict[str, pl.Expr]:
    """Return the labels that any of the dialogues states, a column each."""
    kinds = {field.name: field.dtype for field in kind.fields} if isinstance(kind, pl.Struct) else {}
    stated = dict.fromkeys(name for own in labels for name in own)
    return {n: pl.lit(pl.Series(n, [own.get(n, defaults[n]) for own in labels], dtype=kinds[n])) for n in stated}


def _lists(roles: pl.Series, content: pl.Series, ends: npt.NDArray[np.int64]) -> pl.Series:
    """Return the turns of each dialogue as a list of structs, from flat columns.

    Arrow arrays come from polars: the first `pyarrow.array` of a process imports pandas.
    """
    flat = pa.StructArray.from_arrays([large_strings(roles), large_strings(content)], names=["role", "content"])
    return pl.Series("turns", pl.from_arrow(pa.LargeListArray.from_arrays(pl.Series(ends).to_arrow(), flat)))


def dialogue_ids(roles: pl.Series, folded: pl.Series, ends: npt.NDArray[np.int64]) -> list[str]:
    """Return the ids that `identity.dialogue_id` gives.

    The beginnings of the first turns of the client hold the letters it asks for; where they do not, or may not, it is asked itself.

    Args:
        roles: The role of each turn.
        folded: The text of each turn as identity sees it.
        ends: Where each conversation begins, and the end of the last.
    """
    limit = int(number("reading", "identity.sketch_chars"))
    client = (roles == "user").arg_true().to_numpy().astype(np.int64)
    row = np.searchsorted(ends, client, side="right") - 1
    rank = np.arange(len(client)) - np.searchsorted(row, row)
    used = client[rank < _CLIENT_TURNS]
    heads = folded.gather(used).str.head(_HEADS * limit)
    letters = heads.str.replace_all("[^0-9A-Za-z]+", "")
    cut = (folded.gather(used).str.len_bytes() > heads.str.len_bytes()) & (letters.str.len_bytes() < limit)
    turns = pl.DataFrame({"row": row[rank < _CLIENT_TURNS], "letters": letters, "doubt": cut | heads.str.contains(r"[^\x00-\x7f]")})
    known = turns.group_by("row", maintain_order=True).agg(pl.col("letters").str.join(""), pl.col("doubt").any())
    more = np.bincount(row, minlength=len(ends) - 1) > _CLIENT_TURNS
    found = [""] * (len(ends) - 1)
    for index, text, doubt in known.iter_rows():
        if doubt or (more[index] and len(text) < limit):
            own = _in(folded, ends, index).filter(_in(roles, ends, index) == "user")
            found[index] = dialogue_id_of(own.to_list())
        else:
            found[index] = dialogue_id_from(text[:limit])
    return [own or dialogue_id_from("") for own in found]


def _in(column: pl.Series, ends: npt.NDArray[np.int64], index: int) -> pl.Series:
    """Return the part of a column of turns that belongs to one conversation."""
    return column.slice(int(ends[index]), int(ends[index + 1] - ends[index]))
