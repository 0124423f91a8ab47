"""Loaders of the policy files: read once, validated, cached.

A number is a TOML table with `value` and `because`; `number("gates", "ears_min")` returns the value, `numbers("gates")` all of a file with
their reasons. Raw tables (lists of words, targets, licences) come through `table`.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

POLICY_DIR = Path(__file__).parent


class PolicyError(ValueError):
    """A policy file is missing something or says something impossible."""


class Number(BaseModel):
    """One arguable number with the sentence it comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    because: str = Field(min_length=20)


@cache
def table(name: str) -> dict[str, Any]:
    """Return `policy/<name>.toml` as it is written.

    Raises:
        PolicyError: There is no such file, or it is not TOML.
    """
    path = POLICY_DIR / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = sorted(p.stem for p in POLICY_DIR.glob("*.toml"))
        raise PolicyError(f"policy file {name}.toml not found in {POLICY_DIR}; expected one of {known}") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"policy file {name}.toml is not valid TOML: {error}; fix the line named") from error


@cache
def numbers(name: str) -> dict[str, Number]:
    """Return every number of `policy/<name>.toml`: the tables that carry a `value`, keyed `section.key` when nested.

    Raises:
        PolicyError: A number has no `because`.
    """
    found: dict[str, Number] = {}

    def walk(prefix: str, node: dict[str, Any]) -> None:
        for key, child in node.items():
            if not isinstance(child, dict):
                continue
            child = cast("dict[str, Any]", child)
            if "value" in child:
                try:
                    found[prefix + key] = Number.model_validate(child)
                except ValidationError as error:
                    raise PolicyError(f"{name}.toml [{prefix}{key}] needs `value` (number) and `because` (a sentence): {error}") from error
            else:
                walk(f"{prefix}{key}.", child)

    walk("", table(name))
    return found


def number(name: str, key: str) -> float:
    """Return the value of one number.

    Raises:
        PolicyError: The file has no such number.
    """
    known = numbers(name)
    if key not in known:
        raise PolicyError(f"{name}.toml has no number `{key}`; it has {sorted(known)}")
    return known[key].value
