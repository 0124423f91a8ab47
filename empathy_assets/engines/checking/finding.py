"""Findings: the outcome of one check with the sentence a person reads and the figures behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """Whether a check passed, one sentence saying what was found and expected, the figures (value, bound, n), and PNG pictures by title."""

    passed: bool
    sentence: str
    figures: Mapping[str, float | int | str] = field(default_factory=dict[str, float | int | str])
    plots: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


def at_least(value: float, bound: float, what: str, *, n: int) -> Finding:
    """Return the finding for `value >= bound`; fails when there is nothing to measure (n = 0)."""
    passed = n > 0 and value >= bound
    found = (
        f"{what}: {value:.4f} over {n} conversations, at least {bound:g} expected"
        if n
        else f"{what}: nothing to measure, expected some rows"
    )
    return Finding(passed, found, {"value": float(value), "bound": float(bound), "n": n})


def none_of(count: int, what: str, *, n: int, example: str = "") -> Finding:
    """Return the finding for `count == 0` among n rows, naming an example where there is one."""
    shown = f", e.g. {example}" if count and example else ""
    return Finding(count == 0, f"{count} of {n} {what}{shown}; none expected", {"value": count, "bound": 0, "n": n})
