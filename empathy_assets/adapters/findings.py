"""Findings remembered by what they look at: a check that looks at the same tables with the same code finds the same.

Lives here: what a finding depends on, and that it is kept. Must not live here: what a check compares (engines/checking).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from empathy_assets.adapters.cache import FrameCache, fingerprint
from empathy_assets.adapters.identity import code_sha256
from empathy_assets.engines.checking.finding import Finding

Tables = Mapping[str, pl.DataFrame]


def finding_of(cache: FrameCache, rule: str, tables: Tables, evaluate: Callable[[Tables], Finding]) -> Finding:
    """Return what `evaluate` finds in `tables`; evaluated once per content of the tables, code, policy and version of what computes.

    Failed findings are kept like passed ones: what is blocked today is blocked tomorrow.

    Args:
        cache: Where findings are kept.
        rule: Name of the rule, unique among all.
        tables: Everything the rule looks at, by name.
        evaluate: Depends on nothing but the tables, code and policy.
    """
    contents = [part for name, frame in sorted(tables.items()) for part in (name, fingerprint(frame))]

    def compute() -> pl.DataFrame:
        found = evaluate(tables)
        plain = {"passed": found.passed, "sentence": found.sentence, "figures": {k: _plain(v) for k, v in found.figures.items()}}
        row = {"finding": [json.dumps(plain)], "titles": [list(found.plots)], "plots": [list(found.plots.values())]}
        return pl.DataFrame(row, schema={"finding": pl.String, "titles": pl.List(pl.String), "plots": pl.List(pl.Binary)})

    kept = cache.get("findings", rule, code_sha256("numpy", "polars", "matplotlib"), *contents, compute=compute).row(0, named=True)
    return Finding(**json.loads(kept["finding"]), plots=dict(zip(kept["titles"], kept["plots"], strict=True)))


def _plain(value: Any) -> float | int | str:
    """Return a figure as JSON can hold it; numpy's are not."""
    return value if isinstance(value, bool | int | float | str) else value.item()
