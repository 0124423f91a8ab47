"""Tests of the findings all tables share."""

import polars as pl
import pytest

from empathy_assets.engines.checking.tables import (
    has_rows,
    licences,
    one_schema_version,
    quarantine_share,
    valid_dialogues,
)
from empathy_assets_tests.fixtures.conversations import conversation, frame, many


def test_an_empty_table_is_found() -> None:
    assert has_rows(many(1), "rows").passed
    assert not has_rows(many(0), "rows").passed


@pytest.mark.parametrize(("licence", "accepted"), [("CC-BY-4.0", True), ("Apache-2.0", True), ("", False), ("AGPL-3.0", False)])
def test_licences_are_accepted_by_policy(licence: str, accepted: bool) -> None:
    assert licences(many(2, licence=licence)).passed is accepted


def test_another_schema_version_is_found_and_named() -> None:
    assert one_schema_version(many(2)).passed
    found = one_schema_version(many(2, schema_version="0"))
    assert not found.passed
    assert "version 0" in found.sentence


@pytest.mark.parametrize(
    "turns",
    [
        [("user", "Only me talking here.")],
        [("assistant", "Only me talking here.")],
        [("user", "Hello."), ("assistant", "   ")],
    ],
)
def test_what_is_no_dialogue_is_found(turns: list[tuple[str, str]]) -> None:
    good, bad = conversation(1), conversation(2, turns=turns)
    assert valid_dialogues(frame(good)).passed
    found = valid_dialogues(frame(good, bad))
    assert not found.passed
    assert bad.id in found.sentence


def test_a_corrupted_row_is_found() -> None:
    broken = many(2).with_columns(pl.lit(None, dtype=many(0).schema["turns"]).alias("turns"))
    assert not valid_dialogues(broken).passed
    assert not valid_dialogues(many(2).with_columns(pl.lit("").alias("id"))).passed


def test_quarantine_may_not_be_the_rule() -> None:
    assert quarantine_share(1, 9, 0.5).passed
    assert not quarantine_share(9, 1, 0.5).passed
    assert quarantine_share(0, 0, 0.5).passed
