"""The mutation: one change of what is stored, for the audit trail."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Mutation(BaseModel):
    """Who changed what, and when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: datetime = Field(description="When, UTC.")
    who: str = Field(description="User and machine, sensor or schedule; empty where only the catalogue knows of it.")
    what: Literal["written", "published", "replaced", "archived"] = Field(description="What was done.")
    subject: str = Field(description="Asset key, or `release`.")
    release: str = Field(default="", description="Release key; empty for sources.")
    rows: int | None = Field(default=None, description="Rows afterwards.")
    sha256: str = Field(default="", description="SHA-256 of the table, or Merkle root of the package.")
    uri: str = Field(default="", description="Where it lies.")
    run_id: str = Field(default="", description="Run that did it.")
