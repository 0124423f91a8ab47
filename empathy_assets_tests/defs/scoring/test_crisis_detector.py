"""Tests of the `crisis_detector` asset."""

import json

from empathy_assets_tests.conftest import Built


def test_the_detector_is_certified_for_its_own_version(built: Built) -> None:
    judge = built.table("crisis_detector").row(0, named=True)
    certificate = json.loads(judge["certificate"])
    assert judge["passed"]
    assert certificate["detector_version"] == judge["version"]
    assert certificate["sensitivity_lower"] > 0.95
    assert "licence" in judge["card"].lower()


def test_tables_and_pictures_are_logged_beside_the_certificate(built: Built) -> None:
    logged = built.result.metadata["crisis_detector"]
    assert "| sensitivity |" in logged["certificate"]
    assert [line.split(" | ")[0] for line in logged["baselines"].splitlines()[2:]] == [
        "| detector",
        "| hashed linear",
        "| keyword list",
        "| length",
    ]
    assert "| source | crisis | other |" in logged["training"] or "report.json is absent" in logged["training"]
    for title in ("roc", "reliability", "sensitivity_per_category", "specificity_per_category"):
        assert logged[title].startswith(f"![{title}](data:image/png;base64,")
    assert 0.5 < logged["auc"] <= 1.0
