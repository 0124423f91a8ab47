"""Rights: the declared licence, origin and holder of a landed file."""

from pydantic import BaseModel, ConfigDict, Field


class Rights(BaseModel):
    """One declaration of `rights.toml`, inherited by everything derived from the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    licence: str = Field(min_length=1, description="SPDX identifier, or a `LicenseRef-` name.")
    origin: str = Field(min_length=1, description="Where the file was obtained: URL, catalogue entry or declaration.")
    holder: str = Field(default="", description="Who holds the rights.")
    voice: str = Field(default="", description="Persona id, where the holder agreed that the voice may be modelled.")
