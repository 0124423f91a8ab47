"""A small release with its ledger and a context that may be packaged."""

from functools import cache
from typing import Any

import polars as pl

from empathy_assets.engines.composing.compose import compose
from empathy_assets.engines.gating.gate import GateContext
from empathy_assets.engines.gating.judge import judge, passing
from empathy_assets.engines.gating.registry import BUILT_IN
from empathy_assets.engines.packaging.context import PackageContext
from empathy_assets.records.conversation import STAGES
from empathy_assets_tests.engines.gating.samples import conversation, frame, lenient
from empathy_assets_tests.engines.splitting.samples import records, split

CERTIFICATE = {
    "passed": True,
    "detector_version": "detector-1",
    "sensitivity": 0.97,
    "sensitivity_lower": 0.955,
    "specificity": 0.84,
    "reason": "lower bound above the bar",
}


def context(**changes: Any) -> PackageContext:
    """Facts of a release that may go out."""
    good = {"release": "v0.1.0", "target": 40, "certificate": CERTIFICATE, "git_commit": "abc", "seeds": {"plan": 7}, "leakage": "no tie"}
    return PackageContext(**(good | changes))


@cache
def built(dropped: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A release of 40 and its ledger; `dropped` more records failed the EARS gate."""
    low = [conversation(50_000 + n, scores={"ears": 0.3}) for n in range(dropped)]
    rows = frame(*records(2), *low)
    stages = {stage: rows.filter(pl.col("stage") == stage) for stage in STAGES}
    ledger = judge(stages, context=GateContext(prohibited=lenient), gates=BUILT_IN)
    candidates = passing(stages, ledger, BUILT_IN)
    composition = compose(candidates, 40)
    admitted = candidates.filter(pl.col("ref").is_in(composition.admitted.implode())).drop("ref")
    return split(admitted), pl.concat([ledger, composition.verdicts])
