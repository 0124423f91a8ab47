"""Package files: what a release consists of, file by file."""

from pydantic import BaseModel, ConfigDict, Field


class PackageFile(BaseModel):
    """One file of a release. The manifest lists them; so does the table of `ready_package`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Path inside the package.")
    bytes: int = Field(ge=0, description="Size in bytes.")
    sha256: str = Field(description="SHA-256 of the bytes, hex.")
    rows: int | None = Field(default=None, description="Records in it; null for files that hold none.")
