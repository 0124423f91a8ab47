"""Package files: what a published release consists of, file by file."""

from pydantic import BaseModel, ConfigDict, Field


class PackageFile(BaseModel):
    """One file of a published release."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    release: str = Field(description="Release key.")
    file: str = Field(description="Path inside the package.")
    rows: int = Field(ge=0, description="Records in the file; 0 where it holds none.")
    bytes: int = Field(ge=0, description="Size in bytes.")
    sha256: str = Field(description="SHA-256 of the bytes, hex.")
    merkle_root: str = Field(description="Merkle root over all files of the package, hex.")
    uri: str = Field(description="Where the package lies.")
