"""What a package is made with besides its records: identities, certificate, plan, the release before it.

Lives here: `PackageContext`, `Manifest` and the names of the files other code looks into. Must not live here: where the facts come from
(the caller reads git, lock file and the release before).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from empathy_assets.records.package import PackageFile

EXPORTS = ("csv", "json-ld", "webdataset")
MANIFEST = "manifest.json"
CONFIG_LOCK = "config_lock.json"
CERTIFICATE = "certificate.json"
FIGURES = "qa_report.json"
LEDGER = "verdicts.parquet"


@dataclass(frozen=True, slots=True)
class Previous:
    """The release that drift is measured against.

    Attributes:
        release: Its key.
        merkle_root: Root of its package.
        figures: Its `qa_report.json`.
    """

    release: str
    merkle_root: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PackageContext:
    """Facts about a release that its records do not carry.

    Attributes:
        release: Release key, e.g. `v0.1.0`.
        target: Records the release was meant to hold; 0: as many as it has.
        inputs: Hash over everything the records and the report are made from; the same inputs need no second package.
        seeds: Name -> seed.
        git_commit: Commit the code was at; with `-dirty` where it was.
        lock_sha256: SHA-256 of `uv.lock`.
        policy_sha256: SHA-256 over the policy files.
        identities: Further identities: prompts, banks, gates, models; name -> version or hash.
        python: Python version.
        platform: Platform, e.g. `linux-x86_64`.
        certificate: Certificate of the crisis detector; null: there is none.
        rejects: Quarantined inputs (Reject schema).
        plan: Kind -> conversations that were planned to be generated, for the largest release.
        previous: The release before this one; null: there is none.
        exports: Further formats to write: any of `EXPORTS`.
    """

    release: str
    target: int = 0
    inputs: str = ""
    seeds: Mapping[str, int] = field(default_factory=dict[str, int])
    git_commit: str = ""
    lock_sha256: str = ""
    policy_sha256: str = ""
    identities: Mapping[str, str] = field(default_factory=dict[str, str])
    python: str = ""
    platform: str = ""
    certificate: Mapping[str, Any] | None = None
    rejects: pl.DataFrame | None = None
    plan: Mapping[str, int] = field(default_factory=dict[str, int])
    previous: Previous | None = None
    exports: tuple[str, ...] = ()


class Manifest(BaseModel):
    """What a package holds. It carries no time, so that a re-run writes identical bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
