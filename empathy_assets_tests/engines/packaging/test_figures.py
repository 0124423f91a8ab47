"""The figures of a release."""

import json

import polars as pl

from empathy_assets.engines.packaging.context import Previous
from empathy_assets.engines.packaging.figures import release_figures
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.reject import Reject
from empathy_assets_tests.engines.gating.samples import conversation, frame
from empathy_assets_tests.engines.packaging.samples import built, context
from empathy_assets_tests.engines.splitting.samples import split


def test_figures_are_json_and_add_up():
    release, ledger = built(dropped=3)
    rejects = to_frame([Reject(source="books", file="a.pdf", reason="encrypted")], Reject)
    found = release_figures(release, ledger, context(rejects=rejects, plan={"bias": 50}), "no tie")
    assert json.loads(json.dumps(found)) == found
    assert sum(found["mix"].values()) == sum(found["splits"].values()) == found["rows"] == 40
    assert found["quarantined"] == {"books: encrypted": 1}
    assert found["plan"] == [{"kind": "bias", "planned": 50, "released": 0}]
    assert found["split"]["leakage"] == "no tie"
    assert found["rejects_by_reason"] == [{"stage": "foundation", "gate": "ears", "code": "ears-below-threshold", "records": 3}]
    assert found["quality"]["ears"]["foundation"]["min"] >= 0.8
    assert found["thresholds"]["ears.min"]["value"] == 0.8
    assert (found["previous"], found["drift"]) == ("", [])


def test_known_crises_inside_the_fence_are_counted_with_their_recall():
    labels = {"known_crisis": True}
    rows = frame(
        conversation(1, "nightmare-fuel", labels=labels, scores={"crisis_flagged": True}),
        conversation(2, "nightmare-fuel", labels=labels),
    )
    release, ledger = split(rows), built()[1]
    assert release_figures(release, ledger, context())["safety"]["known_crisis_in_fence"] == {"records": 2, "recall": 0.5}


def test_the_gap_within_a_pair_is_measured_per_attribute():
    pair = {"pair_id": "p", "bias_attribute": "age"}
    rows = frame(conversation(1, labels=pair, scores={"ears": 0.9}), conversation(2, labels=pair, scores={"ears": 0.8}))
    found = release_figures(split(rows), built()[1], context())["bias"]
    assert found == {"pairs": 1, "ears_gap": {"age": {"pairs": 1, "mean": 0.1, "largest": 0.1}}}


def test_drift_is_measured_against_the_previous_figures():
    release, ledger = built()
    before = release_figures(release.with_columns(pl.lit("elsewhere").alias("source")), ledger, context())
    found = release_figures(release, ledger, context(previous=Previous("v0.0.9", "a" * 64, before)))
    assert (found["previous"], found["drift"][0]["figure"], found["drift"][0]["shifted"]) == ("v0.0.9", "source", True)


def test_what_lacked_is_told_per_stage_of_the_target_and_per_kind_of_what_was_released():
    release, ledger = built()
    found = release_figures(release, ledger, context(target=60))["shortfalls"]
    assert {row["name"]: (row["required"], row["available"], row["missing"]) for row in found if row["scope"] == "stage"} == {
        "foundation": (24, 16, 8),
        "expertise": (15, 10, 5),
        "nightmare-fuel": (12, 8, 4),
        "persona": (9, 6, 3),
    }
    without_pairs = [{"scope": "kind", "name": "bias", "required": 4, "available": 0, "missing": 4}]
    assert [row for row in found if row["scope"] == "kind"] == without_pairs
    assert release_figures(release, ledger, context())["shortfalls"] == without_pairs
