"""Checks of the split: exact shares, and the leakage proof that trusts no cluster id."""

import dagster as dg
import polars as pl

from empathy_assets.defs.check import Rule, Tables, dataset_checks
from empathy_assets.defs.partitions import release_partitions
from empathy_assets.engines.checking.finding import Finding
from empathy_assets.engines.packaging.fence import leakage_proof
from empathy_assets.engines.splitting.validation import validate


def _shares(tables: Tables, _: dg.AssetCheckExecutionContext) -> Finding:
    found = validate(tables["split"], alike=False)
    sentence = f"shares off by at most {found.worst_pp:.3f} pp of 70/15/15; {found.tolerance_pp:.3f} pp allowed"
    return Finding(found.passed, sentence, {"value": found.worst_pp, "bound": found.tolerance_pp, "n": tables["split"].height})


def _leakage(tables: Tables, context: dg.AssetCheckExecutionContext) -> Finding:
    found = leakage_proof(tables["split"], context.resources.workspace.frames)
    return Finding(found.passed, found.reason, {"value": found.findings.height, "bound": 0, "n": tables["split"].height})


def _same_rows(tables: Tables, _: dg.AssetCheckExecutionContext) -> Finding:
    lost = tables["gated"].select("id").join(tables["split"].select("id"), on="id", how="anti").height
    extra = tables["split"].height - tables["gated"].height
    figures = {"value": lost + max(extra, 0), "bound": 0, "n": tables["gated"].height}
    return Finding(lost == 0 and extra == 0, f"{lost} admitted rows lost, {extra} too many; none expected", figures)


def _whole_clusters(tables: Tables, _: dg.AssetCheckExecutionContext) -> Finding:
    divided = tables["split"].group_by("cluster_id").agg(pl.col("split").n_unique().alias("n")).filter(pl.col("n") > 1)
    figures = {"value": divided.height, "bound": 0, "n": tables["split"]["cluster_id"].n_unique()}
    return Finding(divided.is_empty(), f"{divided.height} clusters divided between splits; none expected", figures)


split_checks = dataset_checks(
    "split",
    [
        Rule("rows", "Every admitted conversation is in exactly one split.", _same_rows),
        Rule("shares", "Train, val and test hold 70, 15 and 15 %.", _shares),
        Rule("whole_clusters", "No cluster is divided between splits.", _whole_clusters),
        Rule("leakage", "No work, pair, dialogue or near-duplicate reaches across splits; found from texts and identities.", _leakage),
    ],
    beside=("gated",),
    partitions_def=release_partitions,
    resources={"workspace"},
)
