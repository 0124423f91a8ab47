"""The release keys of `releases.toml`, typed and validated, their sizes at a scale, and how many stay before the archive."""

import re
from collections.abc import Iterable
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from empathy_assets.policy.load import PolicyError, number, table

_VERSION = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
_ROLLING = "next"
_RETENTION = "retention"


def version_of(key: str) -> tuple[int, int, int] | None:
    """Return a release key as a version that sorts, (0, 1, 0) for `v0.1.0`; None for a rolling key and anything else."""
    found = _VERSION.fullmatch(key)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


class Release(BaseModel):
    """One release: its key, its target in conversations at scale 1, whether it may be rebuilt, and what it must not repeat."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    target: int = Field(gt=0)
    rolling: bool
    apart_from: tuple[str, ...] = Field(default=(), description="Published releases of which it repeats no record, not even nearly.")

    def size(self, scale: float) -> int:
        """Return the target at `scale`, rounded down to a multiple of 20 so that 40/25/20/15 is exact in integers; at least 20."""
        return max(20, int(self.target * scale) // 20 * 20)


@cache
def releases() -> dict[str, Release]:
    """Return all releases by key, in the order of the file.

    Raises:
        PolicyError: A key is neither `next` nor `vMAJOR.MINOR.PATCH`, or a field is missing.
    """
    found: dict[str, Release] = {}
    for key, row in table("releases").items():
        if key == _RETENTION:
            continue
        if key != _ROLLING and version_of(key) is None:
            raise PolicyError(f"releases.toml key {key!r} found, expected `next` or `vMAJOR.MINOR.PATCH`; rename the table")
        try:
            found[key] = Release.model_validate({"key": key, **row})
        except ValidationError as error:
            raise PolicyError(f"releases.toml [{key}] needs target (integer > 0) and rolling (true or false): {error}") from error
        if unknown := [other for other in found[key].apart_from if other == key or other not in table("releases")]:
            raise PolicyError(f"releases.toml [{key}] apart_from names {unknown[0]!r}; expected another release key of this file")
    return found


def largest_target(scale: float) -> int:
    """Return the size of the largest release at `scale`; the generation plan is made for it."""
    return max(release.size(scale) for release in releases().values())


def mix() -> dict[str, float]:
    """Return the share of each stage, summing to 1."""
    return {stage: number("targets", f"mix.{stage}") for stage in table("targets")["mix"]}


def due_for_archive(keys: Iterable[str]) -> list[str]:
    """Return which of the releases that stand published are due for the archive, oldest first: all but the newest few versions."""
    versions = sorted((version, key) for key in keys if (version := version_of(key)) is not None)
    kept = int(number("releases", f"{_RETENTION}.keep"))
    return [key for _, key in versions[: max(0, len(versions) - kept)]]
