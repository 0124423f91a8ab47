"""The result of reading one file, and the row form in which readers hand over their records.

Lives here: `ReadResult`, `Row`, `FileContext` and the reader version. Must not live here: any parsing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel

from empathy_assets.engines.reading.papers.work import Work
from empathy_assets.policy.load import table
from empathy_assets.records.conversation import Conversation, Labels, Scores
from empathy_assets.records.ids import conversation_id, passage_id
from empathy_assets.records.licence import Rights
from empathy_assets.records.passage import Passage
from empathy_assets.records.provenance import Provenance
from empathy_assets.records.reject import Reject
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION

READER_VERSION = "5"
"""Version of the readers; part of the cache key. Bump it with any change of what a file yields."""

Source = Literal["academic_findings", "books", "transcripts", "conversation_corpora"]
Table = Literal["passages", "conversations", "papers", "rejects", "works"]
Row = tuple[Table, dict[str, Any]]
"""One record on its way to a table: the table's name and the record as a dict with every field of its model."""
Block = tuple[Table, pl.DataFrame]
"""Many records on their way to a table at once: the table's name and a frame with the schema of its model."""

MODELS: dict[str, type[BaseModel]] = {"passages": Passage, "conversations": Conversation, "papers": Work, "rejects": Reject}


@dataclass
class ReadResult:
    """What one file gave."""

    passages: list[Passage] = field(default_factory=list[Passage])
    conversations: list[Conversation] = field(default_factory=list[Conversation])
    papers: list[Work] = field(default_factory=list[Work])
    rejects: list[Reject] = field(default_factory=list[Reject])


class ReadError(ValueError):
    """A file or a part of it that cannot be read; `reason` is a key of `[remedies]` in the policy."""

    def __init__(self, reason: str, detail: str = "", position: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.position = reason, detail, position


@cache
def _defaults(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_validate({}).model_dump()


def _encodable(text: str) -> str:
    """Return text with the halves of surrogate pairs, which UTF-8 cannot hold, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True)
class FileContext:
    """The file being read: where it lies, what it is, under which rights."""

    source: Source
    relative: str
    sha256: str
    rights: Rights

    def __post_init__(self) -> None:
        """Write a name that is no UTF-8 with escapes: no table can hold it as it is."""
        object.__setattr__(self, "relative", _encodable(self.relative))

    @property
    def stem(self) -> str:
        """The name of the file without folders and suffix."""
        return PurePosixPath(self.relative).stem

    def reject(self, reason: str, detail: str = "", position: str = "") -> Row:
        """Return a reject row for this file; the remedy is the policy's for `reason`."""
        remedies: dict[str, str] = table("reading")["remedies"]
        return "rejects", {
            "source": self.source,
            "file": self.relative,
            "file_sha256": self.sha256,
            "position": _encodable(position),
            "reason": reason,
            "detail": _encodable(detail[:500]),
            "remedy": remedies.get(reason, ""),
        }

    def rejected(self, error: ReadError) -> Row:
        """Return the reject row of a `ReadError`."""
        return self.reject(error.reason, error.detail, error.position)

    def provenance(self, **fields: Any) -> dict[str, Any]:
        """Return a provenance record of this file with the given fields set."""
        return {**_defaults(Provenance), "file": self.relative, "file_sha256": self.sha256, "origin": self.rights.origin, **fields}

    def passage(self, text: str, provenance: dict[str, Any], **fields: Any) -> Row:
        """Return a passage row."""
        return "passages", {
            "id": passage_id(text),
            "text": text,
            "source": self.source,
            "provenance": provenance,
            "licence": self.rights.licence,
            "chapter": "",
            "speaker": "",
            "voice": "",
            "language": "en",
            "schema_version": SCHEMA_VERSION,
            "pipeline_version": PIPELINE_VERSION,
            **fields,
        }

    def conversation(self, turns: list[tuple[str, str]], provenance: dict[str, Any], labels: dict[str, Any]) -> Row:
        """Return a conversation row; `turns` are (role, content) pairs."""
        return "conversations", {
            "id": conversation_id(turns),
            "turns": [{"role": role, "content": content} for role, content in turns],
            "stage": None,
            "source": self.source,
            "provenance": provenance,
            "licence": self.rights.licence,
            "labels": {**_defaults(Labels), "kind": "corpus", **labels},
            "scores": {**_defaults(Scores), "language": "en"},
            "exempt_from": [],
            "schema_version": SCHEMA_VERSION,
            "pipeline_version": PIPELINE_VERSION,
        }


def collect(rows: Iterable[Row | Block]) -> ReadResult:
    """Return the rows as validated records."""
    result = ReadResult()
    for name, row in _single(rows):
        if name == "passages":
            result.passages.append(Passage.model_validate(row))
        elif name == "conversations":
            result.conversations.append(Conversation.model_validate(row))
        elif name == "papers":
            result.papers.append(Work.model_validate(row))
        elif name == "rejects":
            result.rejects.append(Reject.model_validate(row))
    return result


def _single(rows: Iterable[Row | Block]) -> Iterator[Row]:
    for name, row in rows:
        if isinstance(row, pl.DataFrame):
            for record in row.iter_rows(named=True):
                yield name, record
        else:
            yield name, row


def guarded(context: FileContext, rows: Iterator[Row | Block]) -> Iterator[Row | Block]:
    """Yield the rows; an exception ends them with a reject instead of escaping."""
    try:
        yield from rows
    except ReadError as error:
        yield context.rejected(error)
    except RecursionError:
        yield context.reject("too-deep", "the file nests deeper than the parser allows")
    except MemoryError:
        yield context.reject("memory", "the file needs more memory than allowed")
    except Exception as error:
        yield context.reject("damaged", f"{type(error).__name__}: {error}")
