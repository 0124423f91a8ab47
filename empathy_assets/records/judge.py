"""Judges: identity, threshold and certificate of one trained scorer, as the scoring assets publish it."""

from pydantic import BaseModel, ConfigDict, Field


class Judge(BaseModel):
    """One trained judge. A stage dataset names the version it was scored with; a release refuses any other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="crisis_detector or ears_scorer.")
    version: str = Field(description="Version: hash of weights and feature code.")
    weights_uri: str = Field(default="", description="Folder of the weights; empty for the bundled ones.")
    weights_sha256: str = Field(description="SHA-256 of the weights, hex.")
    threshold: float = Field(ge=0, le=1, description="Operating point: flag at or above (detector) or admit at or above (scorer).")
    severe_threshold: float = Field(default=1.0, ge=0, le=1, description="Stricter operating point of the detector.")
    certificate: str = Field(default="", description="Certificate as JSON; empty where none applies.")
    passed: bool = Field(description="Whether the certificate's bars are met.")
    card: str = Field(default="", description="Model card, Markdown: training sources, licences, figures, limits.")
