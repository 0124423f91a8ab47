"""Verdicts: one gate's decision about one record, with its reason and evidence."""

from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.records.conversation import Stage


class Span(BaseModel):
    """The characters of a turn that drove a decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turn: int = Field(ge=0, description="Index of the turn.")
    start: int = Field(ge=0, description="First character.")
    end: int = Field(ge=0, description="One past the last character.")


class Verdict(BaseModel):
    """One row of the ledger: what `gate` decided about the record `ref`, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: str = Field(description="Key of the record: content id, source and position (`records.ids.record_ref`).")
    id: str = Field(description="Content id of the record.")
    stage: Stage = Field(description="Stage dataset the record stood in.")
    source: str = Field(description="Asset that brought the record in.")
    gate: str = Field(description="Name of the gate, e.g. `ears`.")
    version: str = Field(description="Version of the gate with its policy.")
    passed: bool = Field(description="True: the gate let the record through.")
    score: float | None = Field(default=None, description="The figure the gate compared, where there is one.")
    reason: str = Field(description="Why, in words; also for records that passed.")
    spans: list[Span] = Field(default_factory=list, description="Where in the record.")
