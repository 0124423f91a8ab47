"""What a package is made with besides its records: identities, certificate, shortfalls.

Lives here: `PackageContext` and `Manifest`. Must not live here: where the facts come from (the caller reads git, lock file and clock).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class PackageContext:
    """Facts about a release that its records do not carry.

    Attributes:
        release: Release key, e.g. `v0.1.0`.
        target: Records the release was meant to hold; 0: as many as it has.
        seeds: Name -> seed.
        git_commit: Commit the code was at; with `-dirty` where it was.
        lock_sha256: SHA-256 of `uv.lock`.
        policy_sha256: SHA-256 over the policy files.
        identities: Further identities: prompts, banks, models; name -> version or hash.
        python: Python version.
        platform: Platform, e.g. `linux-x86_64`.
        certificate: Certificate of the crisis detector; null: there is none.
        rejects: Quarantined inputs (Reject schema).
        shortfalls: What lacked for the target (`composing`).
        plan: Summary of the generation plan, name -> figure.
        leakage: Result of the leakage proof in words.
        previous: Figures (`qa_report.json`) of the previous release, for drift.
        exports: Further formats to write: any of `csv`, `json-ld`, `webdataset`.
    """

    release: str
    target: int = 0
    seeds: Mapping[str, int] = field(default_factory=dict[str, int])
    git_commit: str = ""
    lock_sha256: str = ""
    policy_sha256: str = ""
    identities: Mapping[str, str] = field(default_factory=dict[str, str])
    python: str = ""
    platform: str = ""
    certificate: Mapping[str, Any] | None = None
    rejects: pl.DataFrame | None = None
    shortfalls: pl.DataFrame | None = None
    plan: Mapping[str, Any] = field(default_factory=dict[str, Any])
    leakage: str = ""
    previous: Mapping[str, Any] | None = None
    exports: tuple[str, ...] = ()


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PackageFile(_Frozen):
    """One file of a package."""

    name: str = Field(description="Path inside the package.")
    bytes: int = Field(ge=0, description="Size.")
    sha256: str = Field(description="SHA-256 of the content, hex.")
    rows: int | None = Field(default=None, description="Records in it; null for files that hold none.")


class Manifest(_Frozen):
    """What a package holds. It carries no time, so that a re-run writes identical bytes."""

    format_version: str = Field(default="1", description="Version of this manifest.")
    release: str = Field(description="Release key.")
    schema_version: str = Field(description="Version of the record schema, one per package.")
    pipeline_versions: list[str] = Field(description="Versions of the code that prepared the records.")
    rows: int = Field(ge=0, description="Conversations in all splits.")
    target: int = Field(ge=0, description="Conversations the release was meant to hold.")
    splits: dict[str, int] = Field(description="Split -> conversations.")
    mix: dict[str, int] = Field(description="Stage -> conversations.")
    sources: dict[str, int] = Field(description="Source -> conversations.")
    licences: dict[str, int] = Field(description="Licence -> conversations.")
    exempt: int = Field(ge=0, description="Records exempt from the content gate (nightmare-fuel only).")
    shortfalls: list[dict[str, Any]] = Field(description="What lacked for the target.")
    files: list[PackageFile] = Field(description="Every file but this one, by name.")
    merkle_root: str = Field(description="Root of the hash tree over the files; identifies the package.")
