"""Rights declarations: `rights.toml` parsed, matched to files, and held against the accepted licences.

Lives here: the table's grammar and precedence. Must not live here: walking folders to find the file (adapters.landing).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from pydantic import ValidationError

from empathy_assets.records.licence import Rights

_GLOB = frozenset("*?[")


class RightsError(ValueError):
    """A rights.toml that cannot be used, with what to correct."""


@dataclass(frozen=True)
class RightsTable:
    """The declarations of one `rights.toml`; keys are paths or globs relative to the folder it lies in."""

    default: Rights | None
    exact: dict[str, Rights]
    globs: tuple[tuple[str, Rights], ...]

    def lookup(self, relative_path: str) -> Rights | None:
        """Return the most specific declaration for a path: exact, then the longest glob, then the default."""
        path = relative_path.replace("\\", "/").removeprefix("./")
        if path in self.exact:
            return self.exact[path]
        for pattern, rights in self.globs:
            if fnmatchcase(path, pattern):
                return rights
        return self.default


def _declaration(key: str, value: Any) -> Rights:
    try:
        return Rights.model_validate(value)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RightsError(f"[{key}] of rights.toml: {problems}; expected licence, origin and optionally holder, voice as text") from None


def parse_rights(text: str) -> RightsTable:
    """Return the declarations written in `text`.

    Raises:
        RightsError: It is not TOML, or a table lacks `licence` or `origin`.
    """
    try:
        raw = tomllib.loads(text.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RightsError(f"rights.toml is not valid TOML: {error}; fix the line named") from error
    declared = {key.replace("\\", "/").removeprefix("./"): _declaration(key, value) for key, value in raw.items()}
    default = declared.pop("default", None)
    globs = sorted(((k, v) for k, v in declared.items() if _GLOB & set(k)), key=lambda item: (-len(item[0]), item[0]))
    return RightsTable(default, {k: v for k, v in declared.items() if not _GLOB & set(k)}, tuple(globs))
