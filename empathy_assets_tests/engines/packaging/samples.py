"""A small release with its ledger and a context that may be packaged."""

from functools import cache
from random import Random
from typing import Any

import polars as pl

from empathy_assets.engines.composing.compose import compose
from empathy_assets.engines.deduplicating.cluster import near_duplicate_clusters
from empathy_assets.engines.gating.judge import judge, passing
from empathy_assets.engines.gating.registry import BUILT_IN
from empathy_assets.engines.packaging.context import PackageContext
from empathy_assets.engines.splitting.assign import assign
from empathy_assets.engines.splitting.clusters import leakage_clusters
from empathy_assets.records.arrow import conform
from empathy_assets.records.conversation import STAGES, Conversation, SplitConversation, Turn
from empathy_assets_tests.engines.gating.samples import conversation, frame
from empathy_assets_tests.engines.splitting.samples import records

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
    good = {"release": "v0.1.0", "target": 40, "certificate": CERTIFICATE, "git_commit": "abc", "seeds": {"plan": 7}}
    return PackageContext(**(good | changes))


def _in_its_own_words(record: Conversation) -> Conversation:
    """The record with an opening that no other has: the packager looks for copies in the texts themselves."""
    draw = Random(record.id)
    words = " ".join("".join(draw.choices("aeiourstlnmd", k=6)) for _ in range(80))
    opening = record.turns[0].content
    return record.model_copy(update={"turns": [Turn(role="user", content=f"{opening} {words}."), *record.turns[1:]]})


@cache
def built(dropped: int = 2) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A release of 40 and its ledger; `dropped` more records failed the EARS gate."""
    low = [conversation(50_000 + n, scores={"ears": 0.3}) for n in range(dropped)]
    rows = frame(*(_in_its_own_words(record) for record in records(2)), *low)
    stages = {stage: rows.filter(pl.col("stage") == stage) for stage in STAGES}
    ledger = judge(stages, gates=BUILT_IN)
    candidates = passing(stages, ledger, BUILT_IN)
    composition = compose(candidates, 40)
    admitted = candidates.filter(pl.col("ref").is_in(composition.admitted.implode())).drop("ref")
    clustered = admitted.with_columns(leakage_clusters(admitted, near_duplicate_clusters(admitted)))
    return conform(clustered.with_columns(assign(clustered)), SplitConversation), pl.concat([ledger, composition.verdicts])
