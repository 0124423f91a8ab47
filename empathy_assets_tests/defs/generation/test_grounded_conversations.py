"""Tests of the `grounded_conversations` asset."""

import polars as pl

from empathy_assets_tests.conftest import Built
from empathy_assets_tests.defs.looks import assert_generated


def test_every_planned_row_was_generated(built: Built) -> None:
    assert_generated(built.table("grounded_conversations"), built.table("generation_plan"), "grounded_conversations")


def test_dialogues_carry_the_anchor_and_licence_of_their_passage(built: Built) -> None:
    passages = pl.concat([built.table(s) for s in ("books", "academic_findings", "transcripts")])
    anchor = pl.col("provenance").struct.field("anchor")
    rows = built.table("grounded_conversations").filter(pl.col("labels").struct.field("kind") == "grounded")
    cited = rows.select("licence", pl.col("provenance").struct.field("passage_id").alias("id"), anchor)
    joined = cited.join(passages.select("id", "licence", anchor), on="id", how="left", suffix="_passage")
    assert joined["anchor"].to_list() == joined["anchor_passage"].to_list()
    assert joined["licence"].to_list() == joined["licence_passage"].to_list()


def test_groundedness_is_measured_where_a_passage_is_cited(built: Built) -> None:
    rows = built.table("grounded_conversations")
    cites = rows["provenance"].struct.field("passage_id") != ""
    assert rows.filter(cites)["scores"].struct.field("groundedness").null_count() == 0
