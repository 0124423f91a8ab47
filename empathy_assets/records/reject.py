"""Rejects: what was quarantined, where it lies, why, and what to do about it."""

from pydantic import BaseModel, ConfigDict, Field


class Reject(BaseModel):
    """One quarantined file, row, page or reply. Nothing that was landed disappears without one of these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(description="Asset that met it, e.g. `books`.")
    file: str = Field(description="Path relative to the landing root, or the URI of a reply.")
    file_sha256: str = Field(default="", description="SHA-256 of the file's bytes, hex; empty if it could not be read.")
    position: str = Field(default="", description="Place in the file, e.g. `line 12`; empty for the whole file.")
    reason: str = Field(description="Short machine-readable reason, e.g. `encrypted`, `no-text-layer`, `undeclared-rights`.")
    detail: str = Field(default="", description="What was found and what was expected.")
    remedy: str = Field(default="", description="What the user can do.")
