"""A scholarly work as any service describes it, before it is cut into passages.

Lives here: the local models and what all parsers return. Must not live here: a parser, or a decision about whether a work is used.
"""

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.records.reject import Reject

SOURCE = "academic_findings"
"""The asset every passage and reject of this folder belongs to."""

FLAGS = (
    "erratum",
    "corrected",
    "retracted",
    "retraction-notice",
    "concern",
    "concern-notice",
    "book",
    "preprint",
    "vernacular",
    "repaired",
)
"""What a parser may say about a work beyond its text; which of them exclude it is policy (`scholarly.toml`)."""


class Section(BaseModel):
    """One paragraph of a work under the label of its section; the label is empty where the source gives none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = Field(default="", description="Section label, e.g. `RESULTS`.")
    text: str = Field(min_length=1, description="Plain text of the paragraph, white space squeezed.")


class Work(BaseModel):
    """One article, book or preprint with its citation and whatever text the source gave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(default="", description="Title, without the brackets PubMed puts round a translated one.")
    vernacular_title: str = Field(default="", description="Title in the language of the article, where the source gives one.")
    authors: tuple[str, ...] = Field(default=(), description="Authors, `Given Family` or a collective's name, in order.")
    year: int | None = Field(default=None, description="Year of publication.")
    abstract: tuple[Section, ...] = Field(default=(), description="The abstract by section.")
    body: tuple[Section, ...] = Field(default=(), description="The full text by paragraph, where the source holds it.")
    doi: str = Field(default="", description="DOI, lower case, without the resolver's address.")
    pmid: str = Field(default="", description="PubMed identifier, digits.")
    pmcid: str = Field(default="", description="PubMed Central identifier, `PMC` and digits.")
    journal: str = Field(default="", description="Journal, or publisher of a book.")
    licence: str = Field(default="", description="SPDX identifier if the source states a licence that has one.")
    declared: str = Field(default="", description="SPDX identifier the landed file was declared under; holds if `licence` is empty.")
    language: str = Field(default="", description="ISO 639-1 code of the text at hand, empty if the source does not say.")
    origin: str = Field(default="", description="Address at which a person can look the work up.")
    record_id: str = Field(default="", description="The service's own identifier.")
    position: str = Field(default="", description="Place in the file or reply, e.g. `record 3`.")
    file: str = Field(default="", description="Landed file relative to the landing root, or URI of the reply; set by whoever read it.")
    file_sha256: str = Field(default="", description="SHA-256 of those bytes, hex.")
    flags: tuple[str, ...] = Field(default=(), description="Any of `FLAGS`, sorted.")


Parsed = tuple[list[Work], list[Reject]]
"""What every parser returns; neither list is ever shortened silently."""


def refused(reason: str, *, detail: str, remedy: str, position: str = "", file: str = "") -> Reject:
    """Return a reject of this asset; `file` is filled in by the reader that knows it."""
    return Reject(source=SOURCE, file=file, position=position, reason=reason, detail=detail, remedy=remedy)
