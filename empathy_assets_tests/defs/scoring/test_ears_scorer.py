"""Tests of the `ears_scorer` asset."""

from empathy_assets_tests.conftest import Built


def test_the_scorer_has_a_version_a_bar_and_a_card(built: Built) -> None:
    judge = built.table("ears_scorer").row(0, named=True)
    assert judge["version"].startswith("ears-")
    assert judge["threshold"] == 0.80
    assert "licence" in judge["card"].lower()


def test_the_training_table_is_logged_or_said_to_be_absent(built: Built) -> None:
    training = built.result.metadata["ears_scorer"]["training"]
    assert "| component | source | rows |" in training or "report.json is absent" in training
