"""Tests of the figures of a stage."""

import polars as pl

from empathy_assets.engines.staging.figures import licences_by_source, stage_figures, yield_by_source
from empathy_assets.records.arrow import to_frame
from empathy_assets.records.verdict import Verdict
from empathy_assets_tests.fixtures.conversations import many


def test_counts_means_and_shares() -> None:
    low = many(1, start=10, scores={"ears": 0.5, "crisis_flagged": True}, labels={"known_crisis": True})
    found = stage_figures(pl.concat([many(3), low]))
    assert found == {
        "conversations": 4,
        "ears_mean": 0.8,
        "ears_pass_share": 0.75,
        "crisis_flagged_share": 0.25,
        "known_crisis": 1,
        "known_crisis_flagged": 1,
        "pii_residue": 0,
        "words_mean": 40.0,
    }


def test_an_empty_stage_has_zeros() -> None:
    assert set(stage_figures(many(0)).values()) == {0}


def test_each_source_s_yield_adds_up() -> None:
    fates = {"a": "admitted", "b": "surplus", "c": "dropped"}
    verdicts = []
    for ref, fate in fates.items():
        about = {"ref": ref, "id": ref, "stage": "foundation", "source": "bias_samples", "version": "1", "reason": fate}
        verdicts.append(Verdict(**about, gate="ears", passed=fate != "dropped"))
        if fate != "dropped":
            verdicts.append(Verdict(**about, gate="composition", passed=fate == "admitted"))
    row = yield_by_source(to_frame(verdicts, Verdict)).row(0, named=True)
    assert row == {"stage": "foundation", "source": "bias_samples", "candidates": 3, "dropped": 1, "surplus": 1, "admitted": 1}


def test_licences_are_counted_by_source_in_alphabetical_order() -> None:
    rows = pl.concat(
        [
            many(2, source="therapeutic_samples"),
            many(1, start=2, source="conversation_corpora", licence="MIT"),
            many(3, start=3, source="conversation_corpora", licence="CC0-1.0"),
        ]
    )
    found = licences_by_source(rows)
    assert [(source, list(counts.items())) for source, counts in found.items()] == [
        ("conversation_corpora", [("CC0-1.0", 3), ("MIT", 1)]),
        ("therapeutic_samples", [("Apache-2.0", 2)]),
    ]
    assert licences_by_source(rows.reverse()) == found
    assert licences_by_source(many(0)) == {}
