"""Provenance: where a record comes from, down to the page, paragraph, second or line.

Lives here: the anchor types only. Must not live here: reading files or deciding whether an origin is acceptable.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PositionUnit = Literal["page", "paragraph", "second", "line", "row", "record", "plan"]


class Provenance(BaseModel):
    """The origin of one record.

    `file` and `file_sha256` name the landed bytes; `unit`, `start`, `end` and `anchor` the place in them; `record_id` is the
    source's own identifier and survives every later step unchanged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(default="", description="Path of the landed file relative to the landing root, or the URI of a reply.")
    file_sha256: str = Field(default="", description="SHA-256 of that file's bytes, hex.")
    unit: PositionUnit = Field(default="record", description="What `start` and `end` count.")
    start: float = Field(default=0.0, ge=0, description="First page (1-based), paragraph, second, line, row or record of the span.")
    end: float = Field(default=0.0, ge=0, description="Last page, paragraph, second, line, row or record of the span, inclusive.")
    anchor: str = Field(default="", description="The position in words, e.g. `ch. 2 'Breath', p. 41, para. 3` or `00:03:12-00:03:40`.")
    record_id: str = Field(default="", description="The source's own id of the record, empty if it has none.")
    origin: str = Field(default="", description="Where the file was obtained: URL, catalogue entry or declaration of the holder.")
    title: str = Field(default="", description="Title of the work: book, paper, talk or corpus.")
    authors: list[str] = Field(default_factory=list, description="Authors or speakers in the order of the source.")
    year: int | None = Field(default=None, description="Year of publication.")
    doi: str = Field(default="", description="Digital Object Identifier without the resolver's address.")
    pmid: str = Field(default="", description="PubMed identifier.")
    work_id: str = Field(default="", description="Identity of the work; all records of one book, talk or dialogue share it and one split.")
    passage_id: str = Field(default="", description="Passage a generated conversation is grounded on.")
    plan_row_id: str = Field(default="", description="Row of `generation_plan` that ordered a generated conversation.")
    backend: str = Field(default="", description="What wrote a generated conversation: `embedded` or `llm:<model>`.")
