"""Passages: anchored, licensed pieces of books, papers and talks that conversations are grounded on."""

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.records.provenance import Provenance
from empathy_assets.records.versions import PIPELINE_VERSION, SCHEMA_VERSION


class Passage(BaseModel):
    """A few sentences of one work. `id` is the hash of the normalised text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, description="Hash of the normalised text (`records.ids.passage_id`).")
    text: str = Field(min_length=1, description="The passage, plain text, whole sentences.")
    source: str = Field(description="Asset that brought it in: `books`, `transcripts` or `academic_findings`.")
    provenance: Provenance = Field(description="Work, file, page, paragraph or seconds.")
    licence: str = Field(default="", description="SPDX identifier of the licence.")
    chapter: str = Field(default="", description="Chapter or section title.")
    speaker: str = Field(default="", description="Who speaks, in a transcript.")
    voice: str = Field(default="", description="Persona id whose voice this passage shows; empty if none was declared.")
    language: str = Field(default="", description="ISO 639-1 code.")
    schema_version: str = Field(default=SCHEMA_VERSION, description="Version of this schema.")
    pipeline_version: str = Field(default=PIPELINE_VERSION, description="Version of the code that read it.")
