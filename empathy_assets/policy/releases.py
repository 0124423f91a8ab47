"""The release keys of `releases.toml`, typed and validated, and their sizes at a scale."""

import re
from functools import cache

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from empathy_assets.policy.load import PolicyError, number, table

_KEY = re.compile(r"next|v\d+\.\d+\.\d+")


class Release(BaseModel):
    """One release: its key, its target in conversations at scale 1, and whether it may be rebuilt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    target: int = Field(gt=0)
    rolling: bool

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
        if not _KEY.fullmatch(key):
            raise PolicyError(f"releases.toml key {key!r} found, expected `next` or `vMAJOR.MINOR.PATCH`; rename the table")
        try:
            found[key] = Release.model_validate({"key": key, **row})
        except ValidationError as error:
            raise PolicyError(f"releases.toml [{key}] needs target (integer > 0) and rolling (true or false): {error}") from error
    return found


def largest_target(scale: float) -> int:
    """Return the size of the largest release at `scale`; the generation plan is made for it."""
    return max(release.size(scale) for release in releases().values())


def mix() -> dict[str, float]:
    """Return the share of each stage, summing to 1."""
    return {stage: number("targets", f"mix.{stage}") for stage in table("targets")["mix"]}


def split_shares() -> dict[str, float]:
    """Return the share of each split, summing to 1."""
    return {split: number("targets", f"split.{split}") for split in table("targets")["split"]}
