"""Tests of the findings about the judges."""

import json

import pytest

from empathy_assets.engines.checking.judges import certificate_holds, has_card, specificity_bar
from empathy_assets.records.judge import Judge

CERTIFICATE = {
    "detector_version": "d1",
    "data_sha256": "aa",
    "threshold": 0.4,
    "sensitivity": 0.98,
    "sensitivity_lower": 0.96,
    "specificity": 0.8,
    "n_pos": 300,
    "n_neg": 300,
    "passed": True,
    "reason": "lower bound of sensitivity 0.9600 > 0.95",
}


def judge(**changes: object) -> Judge:
    certificate = json.dumps(CERTIFICATE | changes.pop("certificate", {}))
    given = {"name": "crisis_detector", "version": "d1", "weights_sha256": "0" * 64, "threshold": 0.4, "passed": True, "card": "A card."}
    return Judge(**(given | {"certificate": certificate} | changes))


def test_a_certificate_of_this_version_that_passed_holds() -> None:
    found = certificate_holds(judge())
    assert found.passed
    assert found.figures["sensitivity_lower"] == 0.96


@pytest.mark.parametrize("changes", [{"certificate": {"passed": False}}, {"passed": False}, {"version": "d2"}, {"threshold": 0.5}])
def test_a_failed_or_stale_certificate_does_not(changes: dict[str, object]) -> None:
    assert not certificate_holds(judge(**changes)).passed


@pytest.mark.parametrize("in_use", [{"version": "d2"}, {"threshold": 0.41}, {"data_sha256": "bb"}])
def test_a_certificate_of_another_detector_threshold_or_benchmark_is_stale(in_use: dict[str, object]) -> None:
    assert certificate_holds(judge(), version="d1", threshold=0.4, data_sha256="aa").passed
    found = certificate_holds(judge(), **in_use)
    assert not found.passed
    assert "certificate is stale" in found.sentence
    assert "materialise crisis_detector again" in found.sentence


def test_a_missing_certificate_or_card_is_found() -> None:
    assert not certificate_holds(judge().model_copy(update={"certificate": ""})).passed
    assert has_card(judge()).passed
    assert not has_card(judge(card="")).passed


def test_specificity_is_compared_with_its_bar() -> None:
    assert specificity_bar(judge(), 0.8).passed
    assert not specificity_bar(judge(), 0.81).passed
    assert not specificity_bar(judge().model_copy(update={"certificate": ""}), 0.1).passed
